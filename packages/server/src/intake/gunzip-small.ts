/**
 * Crash handlers send their forms packed with gzip, mostly less than 100 KB. Such a body is gathered first and unpacked in one call: a decoder for each
 * upload, fed piece by piece, costs more than all the rest of it, and a thousand senders that take their time would hold a thousand decoders.
 */
import { gunzipSync } from 'node:zlib'
import { decompress } from './decompress.ts'
import { gather } from './gather.ts'
import type { MemoryShare } from './memory-budget.ts'

/** Packed bytes gathered before a body counts as large. */
const maxPackedBytes = 256 * 1024
/** Unpacked in one call, which takes 5 ms for so much; nothing else runs meanwhile. */
const maxPlainBytes = 1024 * 1024

/** The size stands at the end, modulo 4 GiB. What it says is only believed as far as a buffer of so much may be filled. */
const sizeBytes = 4
const shortestBytes = 18

export async function* gunzipSmall(
  source: AsyncIterable<Uint8Array>,
  share: MemoryShare,
  onDamage: () => void,
): AsyncGenerator<Uint8Array> {
  const packed = await gather(source, share, maxPackedBytes)
  if (isPlain(packed.bytes)) {
    onDamage()
    yield* packed.all()
    return
  }
  const size = packed.ended ? plainBytesOf(packed.bytes) : 0
  if (size > 0 && share.take(size)) {
    const plain = atOnce(packed.bytes, size)
    if (plain !== undefined) {
      await packed.close()
      yield plain
    }
    share.give(size)
    if (plain !== undefined) return
  }
  yield* decompress(packed.all(), 'gzip', onDamage)
}

/**
 * A form, an envelope or a dump that was not packed at all: Breakpad on Linux says gzip whether `/bin/gzip` was there or not, and some proxies
 * unpack a body and leave its header.
 */
function isPlain(bytes: Buffer): boolean {
  return /^(?:--|\{|MDMP)/.test(bytes.toString('latin1', 0, 4))
}

/** What a small body says that it unpacks to; 0: too large for this. */
function plainBytesOf(packed: Buffer): number {
  const size = packed.length < shortestBytes ? 0 : packed.readUInt32LE(packed.length - sizeBytes)
  return size > maxPlainBytes ? 0 : size
}

/** undefined: several members in one, damaged, or cut off; all of these are read piece by piece. */
function atOnce(packed: Buffer, size: number): Buffer | undefined {
  try {
    // One byte more than needed, so that the result is one buffer that is not copied.
    return gunzipSync(packed, { maxOutputLength: size, chunkSize: Math.max(64, size + 1) })
  } catch {
    return undefined
  }
}
