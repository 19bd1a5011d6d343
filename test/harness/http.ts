/** One exchange over HTTP or HTTPS, on a connection of its own, with nothing between the test and the bytes. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'

export interface Exchange {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: Uint8Array | Readable
  /** PEM certificate to trust. */
  readonly ca?: string | Buffer
  readonly timeoutMs?: number
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  readonly text: string
}

const defaultTimeoutMs = 60_000

export function exchange(url: string, options: Exchange = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, ca, timeoutMs = defaultTimeoutMs } = options
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const request: ClientRequest = send(
      url,
      { method, headers, agent: false, signal: AbortSignal.timeout(timeoutMs), ...(ca === undefined ? {} : { ca }) },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const whole = Buffer.concat(chunks)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole, text: whole.toString('utf8') })
        })
      },
    )
    request.on('error', reject)
    if (body === undefined || body instanceof Uint8Array) request.end(body)
    else body.on('error', (error) => request.destroy(error)).pipe(request)
  })
}
