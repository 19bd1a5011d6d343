import { maxModules, maxTableBytes } from './limits.ts'
import { cString, i32, u16, u32 } from './little-endian.ts'
import type { MsfFile } from './msf.ts'
import { readStream } from './pdb-info.ts'

/** One compiland: an object file, or what the linker made. */
export interface PdbModule {
  readonly name: string
  /** Number of its stream, undefined where it has no symbols. */
  readonly stream: number | undefined
  readonly symbolBytes: number
  readonly c11Bytes: number
  readonly c13Bytes: number
}

export interface DebugInformation {
  readonly age: number
  readonly machine: number
  readonly symbolRecordStream: number | undefined
  readonly modules: readonly PdbModule[]
  /** Streams of tables that few files have all of, by their fixed places. */
  readonly fpoStream: number | undefined
  readonly omapFromSourceStream: number | undefined
  readonly sectionHeaderStream: number | undefined
  readonly frameDataStream: number | undefined
  readonly originalSectionHeaderStream: number | undefined
}

const dbiStream = 3
const headerBytes = 64
const moduleBytes = 64
const noStream = 0xffff

/** Undefined where there is none, or one of before 1998 that begins otherwise. */
export function readDebugInformation(msf: MsfFile): DebugInformation | undefined {
  const bytes = readStream(msf, dbiStream, maxTableBytes)
  if (bytes === undefined || bytes.length < headerBytes || i32(bytes, 0) !== -1) return undefined
  const moduleEnd = headerBytes + u32(bytes, 24)
  let optional = headerBytes
  for (const size of [24, 28, 32, 36, 40, 52]) optional += u32(bytes, size)
  const optionalEnd = optional + u32(bytes, 48)
  const optionalStream = (index: number): number | undefined => {
    const at = optional + index * 2
    return at + 2 <= Math.min(optionalEnd, bytes.length) ? streamNumber(u16(bytes, at)) : undefined
  }
  return {
    age: u32(bytes, 8),
    machine: u16(bytes, 58),
    symbolRecordStream: streamNumber(u16(bytes, 20)),
    modules: readModules(bytes.subarray(0, moduleEnd)),
    fpoStream: optionalStream(0),
    omapFromSourceStream: optionalStream(4),
    sectionHeaderStream: optionalStream(5),
    frameDataStream: optionalStream(9),
    originalSectionHeaderStream: optionalStream(10),
  }
}

function streamNumber(value: number): number | undefined {
  return value === noStream ? undefined : value
}

function readModules(bytes: Uint8Array): PdbModule[] {
  const modules: PdbModule[] = []
  for (let at = headerBytes; at + moduleBytes < bytes.length && modules.length < maxModules; ) {
    const nameEnd = bytes.indexOf(0, at + moduleBytes)
    const objectEnd = nameEnd < 0 ? -1 : bytes.indexOf(0, nameEnd + 1)
    if (objectEnd < 0) break
    modules.push({
      name: cString(bytes, at + moduleBytes, nameEnd),
      stream: streamNumber(u16(bytes, at + 34)),
      symbolBytes: u32(bytes, at + 36),
      c11Bytes: u32(bytes, at + 40),
      c13Bytes: u32(bytes, at + 44),
    })
    at = (objectEnd + 1 + 3) & ~3
  }
  return modules
}
