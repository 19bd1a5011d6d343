/** A file from a server that somebody named, however large, onto the disk. Each address on the way is checked, also after redirects. */
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { checkedRequest } from './checked-request.ts'
import { FetchError } from './fetch-error.ts'
import { isPublicAddress } from './public-address.ts'

export interface DownloadLimits {
  readonly maxBytes: number
  readonly maxRedirects: number
  /** Until the head of the answer. */
  readonly answerTimeoutMs: number
  /** Without a byte of the body. */
  readonly idleTimeoutMs: number
  /** For everything together, so that a byte now and then is no way to go on for ever. */
  readonly totalTimeoutMs: number
}

export interface DownloadOptions {
  readonly limits: DownloadLimits
  /** An origin whose own addresses may be private: what the source was explicitly allowed. A redirect to another origin must be public. */
  readonly privateOrigin?: string
  readonly mayConnect?: (address: string) => boolean
  readonly signal?: AbortSignal
  readonly ca?: string
}

export type Downloaded =
  | { readonly kind: 'file'; readonly size: number; readonly url: URL }
  /** The server has no such file. */
  | { readonly kind: 'absent'; readonly status: number; readonly url: URL }

/** How servers of symbols say that they do not have a file: buckets that may not be listed answer 403. */
const absentStatuses: readonly number[] = [403, 404, 410]

/** Rejects with a `FetchError`; nothing stays at `path` then. */
export async function download(url: URL, path: string, options: DownloadOptions): Promise<Downloaded> {
  const { limits } = options
  const ending = new AbortController()
  const end = (why: string) => ending.abort(new FetchError('failed', why))
  const total = setTimeout(() => end(`it took more than ${seconds(limits.totalTimeoutMs)}`), limits.totalTimeoutMs)
  const closed = () => end('the server was stopped')
  options.signal?.addEventListener('abort', closed, { once: true })
  if (options.signal?.aborted === true) closed()
  try {
    const { response, at } = await follow(url, options, ending)
    const status = response.statusCode ?? 0
    if (status !== 200) response.destroy()
    if (absentStatuses.includes(status)) return { kind: 'absent', status, url: at }
    if (status !== 200) throw new FetchError('failed', `it answered with status ${status}`)
    return { kind: 'file', size: await save(response, path, limits, ending), url: at }
  } catch (error) {
    await rm(path, { force: true })
    throw asFetchError(error, ending.signal)
  } finally {
    clearTimeout(total)
    options.signal?.removeEventListener('abort', closed)
  }
}

async function follow(
  url: URL,
  { limits, privateOrigin, mayConnect = isPublicAddress, ca }: DownloadOptions,
  ending: AbortController,
): Promise<{ response: IncomingMessage; at: URL }> {
  let at = url
  for (let hop = 0; ; hop += 1) {
    if (at.protocol !== 'https:' && (at.protocol !== 'http:' || url.protocol === 'https:'))
      throw new FetchError('refused_address', `it leads to ${at.origin === 'null' ? at.protocol : at.origin}, which is not https`)
    const mayBePrivate = at.origin === privateOrigin
    const waiting = setTimeout(
      () => ending.abort(new FetchError('failed', `it did not answer within ${seconds(limits.answerTimeoutMs)}`)),
      limits.answerTimeoutMs,
    )
    const response = await checkedRequest(at, {
      mayConnect: (address) => mayBePrivate || mayConnect(address),
      signal: ending.signal,
      // What comes is looked at, not what is said: see unpack-file.ts.
      headers: { 'accept-encoding': 'gzip, identity' },
      ...(ca === undefined ? {} : { ca }),
    }).catch((error: unknown) => {
      if (hop === 0 || !(error instanceof FetchError)) throw error
      throw new FetchError(error.code, `it leads to ${at.origin}: ${error.message}`, { cause: error })
    })
    clearTimeout(waiting)
    const { location } = response.headers
    const status = response.statusCode ?? 0
    if (status < 300 || status > 399 || location === undefined) return { response, at }
    response.destroy()
    if (hop >= limits.maxRedirects) throw new FetchError('failed', `it leads on more than ${limits.maxRedirects} times`)
    if (!URL.canParse(location, at.href)) throw new FetchError('failed', 'it leads to something that is no address')
    at = new URL(location, at)
  }
}

async function save(
  response: IncomingMessage,
  path: string,
  { maxBytes, idleTimeoutMs }: DownloadLimits,
  ending: AbortController,
): Promise<number> {
  const announced = Number(response.headers['content-length'] ?? 0)
  if (announced > maxBytes) {
    response.destroy()
    throw tooLarge(maxBytes)
  }
  let size = 0
  const idle = setTimeout(() => ending.abort(new FetchError('failed', `it sent nothing for ${seconds(idleTimeoutMs)}`)), idleTimeoutMs)
  try {
    await pipeline(
      response,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          idle.refresh()
          size += chunk.length
          if (size > maxBytes) throw tooLarge(maxBytes)
          yield chunk
        }
      },
      createWriteStream(path, { flags: 'wx', mode: 0o600 }),
      { signal: ending.signal },
    )
  } finally {
    clearTimeout(idle)
  }
  if (announced > 0 && size !== announced) throw new FetchError('failed', `it broke off after ${size} of ${announced} bytes`)
  return size
}

function tooLarge(maxBytes: number): FetchError {
  return new FetchError('too_large', `the file has more than ${maxBytes} bytes`)
}

function asFetchError(error: unknown, signal: AbortSignal): FetchError {
  if (signal.aborted && signal.reason instanceof FetchError) return signal.reason
  if (error instanceof FetchError) return error
  return new FetchError('failed', error instanceof Error ? error.message : String(error), { cause: error })
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}
