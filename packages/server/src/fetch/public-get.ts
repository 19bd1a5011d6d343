/** A GET of something small that can reach nothing but public servers. */
import type { IncomingMessage } from 'node:http'
import { checkedRequest } from './checked-request.ts'
import { isPublicAddress } from './public-address.ts'

export interface Fetched {
  readonly status: number
  readonly body: Buffer
  header(name: string): string | undefined
}

export interface GetOptions {
  readonly maxBytes: number
  readonly timeoutMs: number
  /** Ends it earlier. */
  readonly signal?: AbortSignal
  /** Which addresses may be connected to; public ones by default. */
  readonly mayConnect?: (address: string) => boolean
  /** PEM to trust beside the public authorities. */
  readonly ca?: string
}

/** Rejects with a sentence. Redirects are not followed. Only https. */
export async function publicGet(url: URL, { maxBytes, timeoutMs, signal, mayConnect = isPublicAddress, ca }: GetOptions): Promise<Fetched> {
  if (url.protocol !== 'https:') throw new Error(`${url.origin} is not https`)
  const response = await checkedRequest(url, {
    mayConnect,
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]),
    ...(ca === undefined ? {} : { ca }),
  })
  return read(response, maxBytes)
}

async function read(response: IncomingMessage, maxBytes: number): Promise<Fetched> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += Buffer.byteLength(chunk)
    if (size > maxBytes) {
      response.destroy()
      throw new Error(`the answer has more than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  const { headers, statusCode = 0 } = response
  return { status: statusCode, body: Buffer.concat(chunks), header: (name) => headers[name]?.toString() }
}
