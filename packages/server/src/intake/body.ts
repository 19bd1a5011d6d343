/**
 * The bytes of a request's body: counted, timed and decompressed while they arrive. An end that came too early is no error here; it is
 * noted, because what did arrive may be the only trace of a crash.
 */
import type { Readable } from 'node:stream'
import { ServerError } from '../errors.ts'
import { codingOf, decompress } from './decompress.ts'

export interface BodyLimits {
  readonly maxBytes: number
  readonly idleMs: number
  readonly totalMs: number
}

export interface BodyNotes {
  /** Why the end is missing, as a sentence; undefined for a body that ended in order. */
  endedEarly: string | undefined
  /** The decompressor met bytes it could not read. */
  badCompression: boolean
  /** Bytes after decompression. */
  bytes: number
}

export interface BodySource {
  /** The request itself: any stream of bytes. It is not destroyed, so that it can still be answered. */
  readonly stream: Readable
  readonly contentEncoding: string | undefined
  readonly contentLength: string | undefined
}

export function newBodyNotes(): BodyNotes {
  return { endedEarly: undefined, badCompression: false, bytes: 0 }
}

/** Refuses what can be refused from the headers, then hands out the decompressed bytes. */
export function openBody(source: BodySource, limits: BodyLimits, notes: BodyNotes): AsyncGenerator<Uint8Array> {
  const announced = Number(source.contentLength ?? Number.NaN)
  if (announced === 0) throw new ServerError('empty_body')
  if (announced > limits.maxBytes) throw new ServerError('too_large')
  const coding = codingOf(source.contentEncoding)
  const raw = readBody(source.stream, limits, notes)
  if (coding === undefined) return countBytes(raw, limits.maxBytes, notes)
  const noteDamage = () => {
    notes.badCompression = true
    notes.endedEarly = 'The compressed body is damaged behind this point.'
  }
  return countBytes(decompress(raw, coding, noteDamage), limits.maxBytes, notes)
}

/** The whole of a small body. */
export async function readWhole(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* readBody(stream: Readable, limits: BodyLimits, notes: BodyNotes): AsyncGenerator<Uint8Array> {
  const chunks = stream.iterator({ destroyOnReturn: false })
  const deadline = performance.now() + limits.totalMs
  let bytes = 0
  try {
    for (;;) {
      const next = await nextInTime(chunks, Math.min(limits.idleMs, deadline - performance.now()))
      if (next.done === true) return
      const chunk: unknown = next.value
      if (!(chunk instanceof Uint8Array)) throw new TypeError('the body is not a stream of bytes')
      bytes += chunk.length
      if (bytes > limits.maxBytes) throw new ServerError('too_large')
      yield chunk
    }
  } catch (error) {
    if (error instanceof ServerError || error instanceof TypeError) throw error
    notes.endedEarly = 'The connection ended before the body did.'
  } finally {
    void chunks.return?.(undefined)?.catch(() => undefined)
  }
}

/** Only the time in which we wait for the sender counts, never the time in which it waits for our disk. */
async function nextInTime<T>(chunks: AsyncIterator<T>, patienceMs: number): Promise<IteratorResult<T>> {
  let timer: NodeJS.Timeout | undefined
  const next = chunks.next()
  next.catch(() => undefined)
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ServerError('slow_body')), Math.max(0, patienceMs))
  })
  try {
    return await Promise.race([next, late])
  } finally {
    clearTimeout(timer)
  }
}

async function* countBytes(source: AsyncIterable<Uint8Array>, maxBytes: number, notes: BodyNotes): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    notes.bytes += chunk.length
    if (notes.bytes > maxBytes) throw new ServerError('too_large')
    yield chunk
  }
}
