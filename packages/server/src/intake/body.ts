/**
 * The bytes of a request's body: counted, timed and decompressed while they arrive. An end that came too early is no error here; it is
 * noted, because what did arrive may be the only trace of a crash.
 */
import type { Readable } from 'node:stream'
import { ServerError } from '../errors.ts'
import { codingOf, decompress } from './decompress.ts'
import { gunzipSmall } from './gunzip-small.ts'
import type { MemoryShare } from './memory-budget.ts'

/** A socket's chunk has up to 64 KiB; so much of an upload waits for its reader. */
const maxWaitingChunks = 2

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

/** Refuses what can be refused from the headers, then hands out the decompressed bytes. What is held of them meanwhile is taken of `share`. */
export function openBody(source: BodySource, limits: BodyLimits, notes: BodyNotes, share: MemoryShare): AsyncGenerator<Uint8Array> {
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
  const plain = coding === 'gzip' ? gunzipSmall(raw, share, noteDamage) : decompress(raw, coding, noteDamage)
  return countBytes(plain, limits.maxBytes, notes)
}

/** Of a body that is not read to its end; what unpacks it ends when its sender does. */
export function letGo(body: AsyncGenerator<Uint8Array>): void {
  body.return(undefined).catch(() => undefined)
}

/** The whole of a small body, which belongs to `share`; throws `busy` where that has nothing left. */
export async function readWhole(body: AsyncIterable<Uint8Array>, share: MemoryShare): Promise<Buffer> {
  let held: Buffer | undefined
  let length = 0
  for await (const chunk of body) {
    // Copied, because a sender may cut its body into single bytes, and a chunk of one takes two hundred.
    held = share.withRoom(held, length, chunk.length)
    if (held === undefined) throw new ServerError('busy')
    held.set(chunk, length)
    length += chunk.length
  }
  return held?.subarray(0, length) ?? Buffer.alloc(0)
}

/**
 * The chunks of a stream while they come. Only the time in which we wait for the sender counts, never the time in which it waits for our
 * disk. Listeners and one timer for the whole body: an iterator of the stream and a timer for each chunk cost more than the rest of a small upload.
 */
async function* readBody(stream: Readable, limits: BodyLimits, notes: BodyNotes): AsyncGenerator<Uint8Array> {
  const arrived: unknown[] = []
  let state: 'open' | 'ended' | 'broken' = stream.readableEnded ? 'ended' : stream.destroyed ? 'broken' : 'open'
  let late = false
  let wake: () => void = () => undefined
  const onData = (chunk: unknown) => {
    arrived.push(chunk)
    if (arrived.length >= maxWaitingChunks) stream.pause()
    wake()
  }
  const onEnd = () => {
    if (state === 'open') state = 'ended'
    wake()
  }
  const onBreak = () => {
    if (state === 'open') state = 'broken'
    wake()
  }
  stream.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak)
  const deadline = performance.now() + limits.totalMs
  const timer = setTimeout(() => {
    late = true
    wake()
  }, limits.idleMs)
  let bytes = 0
  try {
    for (;;) {
      if (arrived.length > 0) {
        const chunk = arrived.shift()
        if (!(chunk instanceof Uint8Array)) throw new TypeError('the body is not a stream of bytes')
        bytes += chunk.length
        if (bytes > limits.maxBytes) throw new ServerError('too_large')
        yield chunk
        continue
      }
      if (state === 'ended') return
      if (state === 'broken') {
        notes.endedEarly = 'The connection ended before the body did.'
        return
      }
      if (performance.now() > deadline) throw new ServerError('slow_body')
      late = false
      timer.refresh()
      stream.resume()
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      if (late && arrived.length === 0 && state === 'open') throw new ServerError('slow_body')
    }
  } finally {
    clearTimeout(timer)
    stream.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak)
    stream.pause()
  }
}

async function* countBytes(source: AsyncIterable<Uint8Array>, maxBytes: number, notes: BodyNotes): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    notes.bytes += chunk.length
    if (notes.bytes > maxBytes) throw new ServerError('too_large')
    yield chunk
  }
}
