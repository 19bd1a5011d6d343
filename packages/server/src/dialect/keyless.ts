/**
 * Addresses without a key exist for programs on this machine that know another server's address only. Who comes from elsewhere is
 * refused: through a proxy, from a web page (Origin), by another name than this machine's own (DNS rebinding), or over the network.
 */
import type { FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'
import type { Intake } from '../intake/intake.ts'
import type { LedgerProject } from '../store/database/ledger.ts'

export interface KeylessOptions {
  /** Slug of the project that gets these reports. */
  readonly project: string
  /** Takes them from anywhere. */
  readonly public: boolean
}

const proxyHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

export function refuseUnlessLocal(request: FastifyRequest, keyless: KeylessOptions): void {
  if (keyless.public) return
  const { headers, socket } = request.raw
  const proxied = proxyHeaders.some((name) => headers[name] !== undefined)
  if (proxied || headers.origin !== undefined || !isLoopbackHost(headers.host) || !isLoopbackAddress(socket.remoteAddress)) {
    throw new ServerError('not_local')
  }
}

/** The project of requests that name none. */
export async function keylessProject(
  request: FastifyRequest,
  { intake, keyless }: { readonly intake: Intake; readonly keyless: KeylessOptions | undefined },
): Promise<LedgerProject> {
  if (keyless === undefined) throw new ServerError('not_local')
  refuseUnlessLocal(request, keyless)
  return intake.projectBySlug(keyless.project)
}

function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host)
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address))
}
