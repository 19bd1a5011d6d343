import { createHash } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { rootCertificates, TLSSocket } from 'node:tls'

export interface Exchange {
  readonly method: 'GET' | 'OPTIONS' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** PEM of an authority to trust beside the public ones. */
  readonly ca?: string
}

export interface Answer {
  readonly status: number
  /** The values of a name that was sent more than once, joined as a browser joins them; undefined: not sent. */
  header(name: string): string | undefined
  /** Why the certificate is not trusted; undefined: it is, or there is none. */
  readonly certificateFault: string | undefined
  /** Base 64 of the SHA-256 of the certificate's public key. */
  readonly spki: string | undefined
}

/** Browsers wait longer, but a person sits before this. */
const timeoutMs = 20_000
/** A page's headers matter, its body does not. */
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 crashkeep-doctor'

/** One exchange on a connection of its own. A certificate that is not trusted is told and does not end it. */
export function exchange(url: URL, { method, headers = {}, body, ca }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { 'user-agent': userAgent, ...headers }, agent: false, signal: AbortSignal.timeout(timeoutMs) }
    const trust = { rejectUnauthorized: false, ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) }
    const answered = (response: IncomingMessage) => {
      resolve(answerOf(response))
      response.destroy()
    }
    const request = url.protocol === 'https:' ? httpsRequest(url, { ...options, ...trust }, answered) : httpRequest(url, options, answered)
    request.on('error', reject)
    request.end(body)
  })
}

function answerOf(response: IncomingMessage): Answer {
  const { socket, rawHeaders } = response
  const values = new Map<string, string>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? ''
    const before = values.get(name)
    values.set(name, before === undefined ? (rawHeaders[i + 1] ?? '') : `${before}, ${rawHeaders[i + 1]}`)
  }
  return {
    status: response.statusCode ?? 0,
    header: (name) => values.get(name),
    certificateFault: socket instanceof TLSSocket && !socket.authorized ? String(socket.authorizationError) : undefined,
    spki: socket instanceof TLSSocket ? spkiOf(socket) : undefined,
  }
}

function spkiOf(socket: TLSSocket): string | undefined {
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' })
  return key === undefined ? undefined : createHash('sha256').update(key).digest('base64')
}

/** OpenSSL's code as words. Browsers on desktops fetch a missing intermediate certificate by themselves, others do not. */
export function certificateWords(fault: string): string {
  const words: Readonly<Record<string, string>> = {
    DEPTH_ZERO_SELF_SIGNED_CERT: 'it signed itself',
    SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not a public one',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known',
    CERT_HAS_EXPIRED: 'it has expired',
    CERT_NOT_YET_VALID: 'it is not valid yet',
    ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
  }
  return words[fault] ?? fault
}

export const incompleteChain = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'

export function failureWords(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError' || cause.name === 'AbortError') return `no answer within ${timeoutMs / 1000} seconds`
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message
}
