/** One exchange, byte for byte as a client would make it, on a connection of its own. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

export interface Sent {
  readonly method?: string
  /** Relative to the address that is tried, or absolute. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** A list is sent chunked, one chunk each; bytes with their length. */
  readonly body?: Buffer | readonly Buffer[]
}

export interface Answer {
  /** 0: none came. */
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
  /** Why no answer came. */
  readonly failure: string | undefined
}

/** An error page tells enough in its beginning. */
const maxAnswerBytes = 64 * 1024

export function exchange(sent: Sent, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const { method = 'POST', headers = {}, body } = sent
    const fail = (failure: string) => resolve({ status: 0, headers: {}, text: '', failure })
    const chunked = Array.isArray(body)
    const length = Buffer.isBuffer(body) ? { 'content-length': String(body.length) } : {}
    const make = sent.url.startsWith('https:') ? httpsRequest : httpRequest
    const outgoing = make(
      sent.url,
      { method, agent: false, headers: { ...headers, ...length, ...(chunked ? { 'transfer-encoding': 'chunked' } : {}) } },
      (incoming) => {
        const chunks: Buffer[] = []
        let bytes = 0
        const done = () => {
          clearTimeout(late)
          const text = Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString('utf8')
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, failure: undefined })
          outgoing.destroy()
        }
        incoming.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes <= maxAnswerBytes) chunks.push(chunk)
          else done()
        })
        incoming.on('end', done)
        incoming.on('error', done)
      },
    )
    const late = setTimeout(() => {
      fail(`no answer within ${timeoutMs / 1000} s`)
      outgoing.destroy()
    }, timeoutMs)
    outgoing.on('error', (error) => {
      clearTimeout(late)
      fail(error.message)
    })
    if (chunked) for (const chunk of body) outgoing.write(chunk)
    outgoing.end(Buffer.isBuffer(body) ? body : undefined)
  })
}
