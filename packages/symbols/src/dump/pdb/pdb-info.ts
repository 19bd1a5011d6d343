import { guidDigits } from '../pe/debug-directory.ts'
import { maxStringTableBytes } from './limits.ts'
import { cString, u32 } from './little-endian.ts'
import type { MsfFile, MsfStream } from './msf.ts'

export interface PdbInfo {
  readonly age: number
  /** 32 digits, or 8 of the time stamp where an old linker wrote no GUID. */
  readonly signature: string
  /** Linked with /DEBUG:FASTLINK: the symbols are still in the object files. */
  readonly isPartial: boolean
  /** Number of the stream of that name, as `/names`. */
  stream(name: string): number | undefined
}

const infoStream = 1
const headerBytes = 28
/** The first version with a GUID, of Visual C++ 7. */
const versionWithGuid = 20000404
/** The letters MINI among the features behind the named streams: minimal debug information. */
const minimalFeature = 0x494e_494d

export function readPdbInfo(msf: MsfFile): PdbInfo | undefined {
  const stream = msf.stream(infoStream)
  if (stream === undefined || stream.size > maxStringTableBytes) return undefined
  const bytes = stream.read(0, stream.size)
  if (bytes.length < 12) return undefined
  const guid = u32(bytes, 0) >= versionWithGuid && bytes.length >= headerBytes
  return {
    age: u32(bytes, 8),
    signature: guid ? guidDigits(bytes, 12) : u32(bytes, 4).toString(16).toUpperCase().padStart(8, '0'),
    isPartial: hasFeature(bytes, minimalFeature),
    stream: (name) => namedStream(bytes, name),
  }
}

/** A serialised hash table: names one behind the other, a bit set of the used slots, then pairs of name offset and stream number. */
function namedStreams(bytes: Uint8Array): {
  readonly names: number
  readonly namesEnd: number
  readonly pairs: number
  readonly count: number
} {
  const names = headerBytes + 4
  const namesEnd = names + u32(bytes, headerBytes)
  const deleted = namesEnd + 12 + u32(bytes, namesEnd + 8) * 4
  return { names, namesEnd, pairs: deleted + 4 + u32(bytes, deleted) * 4, count: u32(bytes, namesEnd) }
}

function namedStream(bytes: Uint8Array, name: string): number | undefined {
  const { names, namesEnd, pairs, count } = namedStreams(bytes)
  for (let i = 0, at = pairs; i < count && at + 8 <= bytes.length; i++, at += 8) {
    if (cString(bytes, names + u32(bytes, at), namesEnd) === name) return u32(bytes, at + 4)
  }
  return undefined
}

function hasFeature(bytes: Uint8Array, feature: number): boolean {
  const { pairs, count } = namedStreams(bytes)
  for (let at = pairs + count * 8; at + 4 <= bytes.length; at += 4) if (u32(bytes, at) === feature) return true
  return false
}

export function readStream(msf: MsfFile, index: number | undefined, maxBytes: number): Uint8Array | undefined {
  const stream: MsfStream | undefined = index === undefined ? undefined : msf.stream(index)
  if (stream === undefined || stream.size > maxBytes) return undefined
  return stream.read(0, stream.size)
}
