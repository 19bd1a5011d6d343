/**
 * A body that may be gigabytes, and an answer that may be long in coming: the server makes symbols of an archive before it answers, and `fetch` gives up
 * after five minutes without a head.
 */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

export interface Posted {
  readonly status: number
  readonly text: string
}

/** Rejects when the connection breaks or `signal` says so. */
export async function postBytes(
  url: string,
  { headers, bytes, signal }: { readonly headers: Readonly<Record<string, string>>; readonly bytes: Blob; readonly signal: AbortSignal },
): Promise<Posted> {
  const { request } = url.startsWith('https:') ? await import('node:https') : await import('node:http')
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request(url, { method: 'POST', headers: { ...headers, 'Content-Length': bytes.size }, signal }, resolve)
    // After an answer this is heard by nobody any more: a server that refuses early may stop reading.
    asking.on('error', reject)
    const body = Readable.from(chunksOf(bytes))
    body.on('error', (error) => asking.destroy(error))
    body.pipe(asking)
  })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(Buffer.from(chunk))
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }
}

const chunkBytes = 1024 * 1024

async function* chunksOf(bytes: Blob): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.size; at += chunkBytes) yield Buffer.from(await bytes.slice(at, at + chunkBytes).arrayBuffer())
}
