/**
 * Microsoft's cabinet, in which symbol servers keep `app.pd_` and `app.dl_`: one file, cut into blocks of 32 KiB, stored, MSZIP or
 * LZX.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { LzxDecoder, LzxError } from './lzx.ts'
import { SourceProblem } from './source-problem.ts'

/** A block never unpacks to more; also the window that MSZIP looks back into. */
const maxBlockBytes = 32_768
/** MSZIP adds at most this to a block. */
const maxPackedBlockBytes = maxBlockBytes + 6_144

export function isCabinet(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 4)).toString('latin1') === 'MSCF'
}

/**
 * The bytes of the first file in it. Throws a `SourceProblem` with the reason. Takes about a millisecond for each block of LZX: for a process that has
 * nothing else to do.
 */
export function* cabinetFile(path: string): Generator<Buffer> {
  const file = openSync(path, 'r')
  const read = (offset: number, length: number) => {
    const buffer = Buffer.alloc(length)
    if (readSync(file, buffer, 0, length, offset) < length) throw damaged('it ends too early')
    return buffer
  }
  try {
    const head = read(0, 36)
    const [filesOffset, folders, files, flags] = [
      head.readUInt32LE(16),
      head.readUInt16LE(26),
      head.readUInt16LE(28),
      head.readUInt16LE(30),
    ]
    if (folders !== 1 || files < 1) throw damaged(`it holds ${files} files in ${folders} folders, not one`)
    if ((flags & 3) !== 0) throw damaged('it is one part of several')
    // Room that whoever made it reserved in header, folder and blocks.
    const reserved = (flags & 4) === 0 ? undefined : read(36, 4)
    const folder = read(reserved === undefined ? 36 : 40 + reserved.readUInt16LE(0), 8)
    const blockReserve = reserved?.readUInt8(3) ?? 0
    const unpack = unpackerOf(folder.readUInt16LE(6))
    const wanted = read(filesOffset, 4).readUInt32LE(0)
    yield* blocks(read, { at: folder.readUInt32LE(0), count: folder.readUInt16LE(4), reserve: blockReserve, unpack, wanted })
  } finally {
    closeSync(file)
  }
}

interface Blocks {
  readonly at: number
  readonly count: number
  readonly reserve: number
  readonly unpack: Unpack
  /** Size of the file. */
  readonly wanted: number
}

function* blocks(read: (offset: number, length: number) => Buffer, { at, count, reserve, unpack, wanted }: Blocks): Generator<Buffer> {
  let offset = at
  let left = wanted
  for (let block = 0; block < count && left > 0; block += 1) {
    const head = read(offset, 8)
    const [packedSize, size] = [head.readUInt16LE(4), head.readUInt16LE(6)]
    if (size === 0 || size > maxBlockBytes || packedSize > maxPackedBlockBytes) throw damaged('a block has an impossible size')
    const packed = read(offset + 8 + reserve, packedSize)
    const bytes = unpack(packed, size)
    if (bytes.length !== size) throw damaged('a block does not have the size that it says')
    offset += 8 + reserve + packedSize
    yield bytes.subarray(0, Math.min(left, size))
    left -= size
  }
  if (left > 0) throw damaged('it ends before its file does')
}

type Unpack = (packed: Buffer, size: number) => Buffer

function unpackerOf(method: number): Unpack {
  switch (method & 0xf) {
    case 0:
      return (packed) => packed
    case 1:
      return unzipper()
    case 3:
      return lzxUnpacker((method >> 8) & 0x1f)
    default:
      throw damaged('its compression, Quantum, cannot be unpacked here')
  }
}

/** Each block is a deflate stream of its own behind the letters CK, and looks back into the block before. */
function unzipper(): Unpack {
  let window: Buffer = Buffer.alloc(0)
  return (packed, size) => {
    if (packed.toString('latin1', 0, 2) !== 'CK') throw damaged('a block is not MSZIP')
    try {
      const dictionary = window.length === 0 ? {} : { dictionary: window }
      window = inflateRawSync(packed.subarray(2), { maxOutputLength: size, ...dictionary })
      return window
    } catch (cause) {
      throw damaged('a block cannot be unpacked', cause)
    }
  }
}

function lzxUnpacker(windowBits: number): Unpack {
  const read = <T>(work: () => T): T => {
    try {
      return work()
    } catch (cause) {
      throw cause instanceof LzxError ? damaged(`its LZX has ${cause.message}`, cause) : cause
    }
  }
  const decoder = read(() => new LzxDecoder(windowBits))
  return (packed, size) => Buffer.from(read(() => decoder.frame(packed, size)))
}

function damaged(why: string, cause?: unknown): SourceProblem {
  return new SourceProblem('unreadable', `It is a cabinet file, but ${why}.`, { cause })
}
