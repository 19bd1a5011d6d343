/** One GET whose address is checked on the connection itself, so that no name can point elsewhere between the check and the connection. */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import { isIP, type LookupFunction } from 'node:net'
import { FetchError } from './fetch-error.ts'

/** An import of `node:http` would ask the module for its WebSocket, too, and so load all of undici: 6 MB and 150 ms of every start. */
const { request: plainRequest } = process.getBuiltinModule('node:http')
const { request: tlsRequest } = process.getBuiltinModule('node:https')

export interface RequestOptions {
  /** Which addresses may be connected to. */
  readonly mayConnect: (address: string) => boolean
  readonly signal: AbortSignal
  /** PEM to trust beside the public authorities. */
  readonly ca?: string
  readonly headers?: Readonly<Record<string, string>>
  /** All addresses of a name; the system's by default. */
  readonly resolve?: Resolve
}

export type Resolve = (host: string, options: LookupOptions & { readonly all: true }, done: ResolveDone) => void
type ResolveDone = (error: NodeJS.ErrnoException | null, found: readonly LookupAddress[]) => void

/** Resolves with the head of the answer, whatever its status; redirects are not followed. Rejects with a `FetchError`. */
export function checkedRequest(
  url: URL,
  { mayConnect, signal, ca, headers, resolve: resolveName = systemLookup }: RequestOptions,
): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // A literal address is not looked up.
  if (isIP(host) !== 0 && !mayConnect(host)) return Promise.reject(new FetchError('refused_address', `${host} is no public address`))
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? tlsRequest : plainRequest
    const asking = request(
      url,
      {
        agent: false,
        lookup: checkedLookup(mayConnect, resolveName),
        headers: { 'user-agent': 'Crashkeep', accept: '*/*', ...headers },
        signal,
        ...(ca === undefined ? {} : { ca }),
      },
      resolve,
    )
    asking.on('error', (error) =>
      reject(error instanceof FetchError ? error : new FetchError('failed', sentenceOf(error), { cause: error })),
    )
    asking.end()
  })
}

/** Whoever names one address of the own network is refused, whatever others he names: which one is connected to is not ours to say. */
function checkedLookup(mayConnect: (address: string) => boolean, resolveName: Resolve): LookupFunction {
  return (host, options, done) => {
    resolveName(host, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        done(error, '', 0)
        return
      }
      const [first] = found
      const inner = found.find(({ address }) => !mayConnect(address))
      if (first === undefined || inner !== undefined)
        done(
          new FetchError('refused_address', `${host} is no public server${inner === undefined ? '' : `: its address is ${inner.address}`}`),
          '',
          0,
        )
      else if (options.all === true) done(null, [...found])
      else done(null, first.address, first.family)
    })
  }
}

function sentenceOf(error: NodeJS.ErrnoException): string {
  if (error.name === 'TimeoutError' || (error.cause instanceof Error && error.cause.name === 'TimeoutError'))
    return 'it did not answer in time'
  if (error.name === 'AbortError') return error.cause instanceof Error ? error.cause.message : 'it was broken off'
  switch (error.code) {
    case 'ENOTFOUND':
      return 'there is no such server name'
    case 'ECONNREFUSED':
      return 'the connection was refused'
    case 'ECONNRESET':
      return 'the connection was broken off'
    default:
      return error.message
  }
}
