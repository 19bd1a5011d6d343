import type { ByteSource } from '../../byte-source.ts'
import { cString, u16, u32, u64 } from '../pdb/little-endian.ts'
import type { Problems } from '../problem.ts'
import { partOf } from '../window.ts'
import { maxHeaderBytes, maxSections, maxStringTableBytes } from './limits.ts'

export interface PeSection {
  readonly name: string
  readonly rva: number
  readonly virtualSize: number
  readonly fileOffset: number
  readonly fileSize: number
  readonly characteristics: number
}

export interface PeFile {
  readonly machine: number
  readonly isLibrary: boolean
  readonly timestamp: number
  readonly imageSize: number
  readonly imageBase: number
  readonly sections: readonly PeSection[]
  /** Bytes of the image as it lies in memory: fewer than asked where the file holds no more; those behind are zero when loaded. */
  read(rva: number, length: number): Uint8Array
  /** A section as the file has it, without the filling behind it. */
  sectionSource(section: PeSection): ByteSource
  readonly coffSymbols: { readonly offset: number; readonly count: number }
  /** Undefined where the directory is missing or empty. */
  directory(index: number): { rva: number; size: number } | undefined
}

export const machineX86 = 0x14c
export const machineX64 = 0x8664
export const machineArm = 0x1c4
export const machineArm64 = 0xaa64
/** Code for x64 that ARM64 can call: `.pdata` is that of ARM64. */
export const machineArm64Ec = 0xa641
export const machineArm64X = 0xa64e

export const exportDirectory = 0
export const exceptionDirectory = 3
export const debugDirectory = 6
export const loadConfigDirectory = 10

const fileHeaderBytes = 24
const sectionHeaderBytes = 40
const optional32 = 0x10b
const optional64 = 0x20b
const maxDirectories = 16
const libraryFlag = 0x2000

/** Whether the file begins as a PE does: a DOS header that leads to a PE header. */
export function hasPeMagic(source: ByteSource): boolean {
  const dos = source.read(0, 64)
  if (dos.length < 64 || u16(dos, 0) !== 0x5a4d) return false
  const pe = source.read(u32(dos, 60), 4)
  return pe.length === 4 && u32(pe, 0) === 0x4550
}

/** Undefined where the headers are no PE's. Sections that lie outside of the file are kept, their bytes are missing. */
export function readPe(source: ByteSource, problems: Problems): PeFile | undefined {
  if (!hasPeMagic(source)) return undefined
  const at = u32(source.read(60, 4), 0)
  const head = source.read(at, fileHeaderBytes)
  if (head.length < fileHeaderBytes) return undefined
  const sectionCount = u16(head, 6)
  const optionalBytes = u16(head, 20)
  const optional = source.read(at + fileHeaderBytes, optionalBytes)
  const kind = u16(optional, 0)
  if (kind !== optional32 && kind !== optional64) return undefined
  const wide = kind === optional64
  const directoriesAt = wide ? 112 : 96
  const directoryCount = Math.min(u32(optional, directoriesAt - 4), maxDirectories, Math.max(0, (optional.length - directoriesAt) >> 3))
  const table = source.read(at + fileHeaderBytes + optionalBytes, Math.min(sectionCount, maxSections) * sectionHeaderBytes)
  if (table.length < sectionCount * sectionHeaderBytes) problems.add('pe_sections', 'The section table is cut off.')
  const longNames = sectionNames(source, u32(head, 12) + u32(head, 16) * 18, table)
  const sections = readSectionHeaders(table, longNames)
  const byAddress = [...sections].sort((left, right) => left.rva - right.rva)
  const headerBytes = Math.min(u32(optional, 60), maxHeaderBytes)
  return {
    machine: u16(head, 4),
    isLibrary: (u16(head, 22) & libraryFlag) !== 0,
    timestamp: u32(head, 8),
    imageSize: u32(optional, 56),
    imageBase: wide ? u64(optional, 24) : u32(optional, 28),
    sections,
    read: (rva, length) => readImage(source, byAddress, headerBytes, rva, length),
    sectionSource: (section) => partOf(source, section.fileOffset, heldBytes(section)),
    coffSymbols: { offset: u32(head, 12), count: u32(head, 16) },
    directory(index: number): { rva: number; size: number } | undefined {
      if (index >= directoryCount) return undefined
      const rva = u32(optional, directoriesAt + index * 8)
      const size = u32(optional, directoriesAt + index * 8 + 4)
      return rva === 0 || size === 0 ? undefined : { rva, size }
    },
  }
}

/** `IMAGE_SECTION_HEADER`s, which PDBs have, too. */
export function readSectionHeaders(table: Uint8Array, longNames?: (offset: number) => string): PeSection[] {
  const sections: PeSection[] = []
  const count = Math.min(Math.floor(table.length / sectionHeaderBytes), maxSections)
  for (let i = 0; i < count; i++) {
    const at = i * sectionHeaderBytes
    const short = cString(table, at, at + 8)
    // MinGW's `.debug_info` does not fit into 8 bytes: `/4` is its place in the string table.
    const long = /^\/\d+$/.test(short) ? longNames?.(Number(short.slice(1))) : undefined
    sections.push({
      name: long ?? short,
      virtualSize: u32(table, at + 8),
      rva: u32(table, at + 12),
      fileSize: u32(table, at + 16),
      fileOffset: u32(table, at + 20),
      characteristics: u32(table, at + 36),
    })
  }
  return sections
}

function sectionNames(source: ByteSource, at: number, table: Uint8Array): ((offset: number) => string) | undefined {
  if (!table.includes(0x2f)) return undefined
  const size = Math.min(u32(source.read(at, 4), 0), maxStringTableBytes)
  return (offset) => {
    const bytes = offset < size ? source.read(at + offset, Math.min(256, size - offset)) : new Uint8Array(0)
    return cString(bytes, 0, bytes.length)
  }
}

function readImage(source: ByteSource, sections: readonly PeSection[], headerBytes: number, rva: number, length: number): Uint8Array {
  let low = 0
  let high = sections.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sections[middle]?.rva ?? 0) <= rva) low = middle + 1
    else high = middle
  }
  const section = sections[low - 1]
  if (section === undefined) return source.read(rva, Math.max(0, Math.min(length, headerBytes - rva)))
  const within = rva - section.rva
  const held = heldBytes(section)
  return within >= held ? new Uint8Array(0) : source.read(section.fileOffset + within, Math.min(length, held - within))
}

function heldBytes(section: PeSection): number {
  return section.virtualSize === 0 ? section.fileSize : Math.min(section.fileSize, section.virtualSize)
}
