/** One exchange over HTTP or HTTPS, on a connection of its own, with nothing between the test and the bytes. */
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, Agent as SecureAgent } from 'node:https'
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

const defaultTimeoutMs = 120_000

export function exchange(url: string, options: Exchange = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, ca, timeoutMs = defaultTimeoutMs } = options
  return new Promise((resolve, reject) => {
    const secure = url.startsWith('https:')
    const send = secure ? httpsRequest : httpRequest
    // As crash handlers do, the connection is not announced to be closed after the answer.
    const agent = new (secure ? SecureAgent : Agent)({ keepAlive: true })
    const request: ClientRequest = send(
      url,
      { method, headers, agent, signal: AbortSignal.timeout(timeoutMs), ...(ca === undefined ? {} : { ca }) },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const whole = Buffer.concat(chunks)
          // What is left of the body is not sent to somebody who has answered.
          request.destroy()
          agent.destroy()
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole, text: whole.toString('utf8') })
        })
      },
    )
    request.on('error', (error) => {
      agent.destroy()
      reject(error)
    })
    if (body === undefined || body instanceof Uint8Array) request.end(body)
    else body.on('error', (error) => request.destroy(error)).pipe(request)
  })
}
