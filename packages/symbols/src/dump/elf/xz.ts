import { Cursor } from '../cursor.ts'
import { Damage } from '../problem.ts'
import { LzmaDecoder } from './lzma.ts'

/** Mini debug information has the names of a program's functions; that of a browser has some 10 MB. */
export const maxXzBytes: number = 128 * 1024 * 1024
/** Names of functions become a quarter; a small file may be what it likes. */
const maxRatio = 200
const smallBytes = 64 * 1024
const headerBytes = 12
const lzma2 = 0x21

/**
 * Decompresses an .xz file with LZMA2 only, as `.gnu_debugdata` is. Checksums are not compared: what follows is read as hostile anyway. The output
 * grows with what is really there, up to `maxXzBytes`.
 */
export function decompressXz(bytes: Uint8Array): Uint8Array {
  const magic = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
  if (bytes.length < headerBytes || magic.some((byte, index) => bytes[index] !== byte)) throw damaged('is no xz file')
  const checkSize = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64][(bytes[7] ?? 0) & 15] ?? 0
  const parts: Uint8Array[] = []
  let total = 0
  let at = headerBytes
  // A block begins with its header's size; a zero begins the index that ends the file.
  while (at < bytes.length && bytes[at] !== 0) {
    const blockStart = at
    at = readBlockHeader(bytes, at)
    const size = lzma2Size(bytes, at)
    total += size.output
    if (total > maxXzBytes || (total > bytes.length * maxRatio && total > smallBytes)) throw damaged('is too large')
    const decoder = new LzmaDecoder(new Uint8Array(size.output))
    decodeChunks(bytes, at, decoder)
    parts.push(decoder.output)
    at = size.end
    at += (4 - ((at - blockStart) % 4)) % 4
    at += checkSize
  }
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  const whole = new Uint8Array(total)
  let to = 0
  for (const part of parts) {
    whole.set(part, to)
    to += part.length
  }
  return whole
}

/** Where the data of a block begins. */
function readBlockHeader(bytes: Uint8Array, at: number): number {
  const end = at + ((bytes[at] ?? 0) + 1) * 4
  const cursor = new Cursor(bytes, at + 1, end, true)
  const flags = cursor.u8()
  if ((flags & 3) !== 0) throw damaged('uses an unknown filter')
  if ((flags & 0x40) !== 0) cursor.uleb()
  if ((flags & 0x80) !== 0) cursor.uleb()
  if (cursor.uleb() !== lzma2) throw damaged('uses an unknown filter')
  return end
}

/** Each chunk tells its sizes, so both ends are known before any decoding. */
function lzma2Size(bytes: Uint8Array, start: number): { output: number; end: number } {
  let output = 0
  const cursor = new Cursor(bytes, start, bytes.length, false)
  for (;;) {
    const control = cursor.u8()
    if (control === 0) return { output, end: cursor.position }
    if (control >= 0x80) {
      output += (control & 0x1f) * 0x1_0000 + cursor.u16() + 1
      const packed = cursor.u16() + 1
      cursor.skip(packed + (control >= 0xc0 ? 1 : 0))
    } else if (control <= 2) {
      const size = cursor.u16() + 1
      output += size
      cursor.skip(size)
    } else throw damaged('is damaged')
  }
}

function decodeChunks(bytes: Uint8Array, start: number, decoder: LzmaDecoder): void {
  const cursor = new Cursor(bytes, start, bytes.length, false)
  let hasProperties = false
  for (;;) {
    const control = cursor.u8()
    if (control === 0) return
    if (control < 0x80) {
      const size = cursor.u16() + 1
      const at = cursor.skip(size)
      decoder.copy(bytes.subarray(at, at + size))
      continue
    }
    const size = (control & 0x1f) * 0x1_0000 + cursor.u16() + 1
    const packed = cursor.u16() + 1
    if (control >= 0xc0) {
      decoder.setProperties(cursor.u8())
      hasProperties = true
    } else if (!hasProperties) throw damaged('is damaged')
    else if (control >= 0xa0) decoder.resetState()
    const at = cursor.skip(packed)
    decoder.decode(bytes, at, at + packed, size)
  }
}

function damaged(what: string): Damage {
  return new Damage('bad_compression', `Data that was compressed with xz ${what}.`)
}
