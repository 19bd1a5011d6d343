/**
 * A dump repeats the fields that were sent with it: Crashpad's annotations are part of it. Values that a project does not keep are
 * overwritten there with `*`, so that sizes and offsets stay. Long ones are overwritten wherever they stand, in memory too; a short one only
 * where its length stands before it, as before each annotation, because elsewhere the same few bytes mean something else.
 */
import { type FileHandle, open } from 'node:fs/promises'

/** From this length on a value is not found by chance. */
const certainLength = 12
/** Below it even a length and a value together may be chance. */
const shortestLength = 3
/** Values looked for in one dump; each is a pass over all of it. */
const maxValues = 32
const chunkBytes = 1024 * 1024
const star = 0x2a
/** Crashpad's client id stands in a dump as a number, too. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const lengthBytes = 4

interface Pattern {
  readonly bytes: Buffer
  /** Where the bytes to overwrite begin. */
  readonly from: number
  /** 2 for UTF-16: only the low bytes become stars. */
  readonly step: 1 | 2
}

export function patternsOf(values: Iterable<string>): readonly Pattern[] {
  const patterns: Pattern[] = []
  for (const value of [...new Set(values)].filter((each) => each.length >= shortestLength).slice(0, maxValues)) {
    const bytes = Buffer.from(value, 'utf8')
    if (uuid.test(value)) patterns.push({ bytes: guidBytes(value), from: 0, step: 1 })
    if (value.length >= certainLength) {
      patterns.push({ bytes, from: 0, step: 1 }, { bytes: Buffer.from(value, 'utf16le'), from: 0, step: 2 })
      continue
    }
    const length = Buffer.alloc(lengthBytes)
    length.writeUInt32LE(bytes.length)
    patterns.push({ bytes: Buffer.concat([length, bytes]), from: lengthBytes, step: 1 })
  }
  return patterns
}

/** As Windows lays out a GUID: the first three groups little-endian. */
function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex')
  bytes.subarray(0, 4).reverse()
  bytes.subarray(4, 6).reverse()
  bytes.subarray(6, 8).reverse()
  return bytes
}

/** Whether anything was found. */
export function blankValues(bytes: Buffer, patterns: readonly Pattern[]): boolean {
  let found = false
  for (const { bytes: pattern, from, step } of patterns) {
    for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + pattern.length)) {
      found = true
      for (let i = at + from; i < at + pattern.length; i += step) {
        bytes[i] = star
        if (step === 2) bytes[i + 1] = 0
      }
    }
  }
  return found
}

/** The same in a file, piece by piece; durable when it resolves. */
export async function blankValuesInFile(path: string, patterns: readonly Pattern[]): Promise<boolean> {
  const longest = Math.max(0, ...patterns.map(({ bytes }) => bytes.length))
  const handle = await open(path, 'r+')
  try {
    const { size } = await handle.stat()
    let found = false
    // Each piece overlaps the one before by what may stand across the seam.
    for (let offset = 0; offset < size; offset += chunkBytes) {
      const piece = await readPiece(handle, offset, Math.min(chunkBytes + longest, size - offset))
      if (!blankValues(piece, patterns)) continue
      found = true
      await handle.write(piece, 0, piece.length, offset)
    }
    if (found) await handle.datasync()
    return found
  } finally {
    await handle.close()
  }
}

async function readPiece(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const piece = Buffer.alloc(length)
  const { bytesRead } = await handle.read(piece, 0, length, offset)
  return piece.subarray(0, bytesRead)
}
