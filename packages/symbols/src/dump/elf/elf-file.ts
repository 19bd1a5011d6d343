import type { ByteSource } from '../../byte-source.ts'
import { Cursor } from '../cursor.ts'
import { Damage } from '../problem.ts'
import { partOf } from '../window.ts'

/** Sections of an object file of `-ffunction-sections` can be hundreds of thousands; more is damage. */
const maxSections = 1_000_000
const maxSegments = 65_535

export const sectionNoBits = 8
export const sectionAlloc = 2
export const sectionExecutable = 4
export const sectionCompressed = 0x800

export interface ElfSection {
  readonly index: number
  readonly name: string
  readonly type: number
  readonly flags: number
  readonly address: number
  readonly offset: number
  readonly size: number
  readonly link: number
  readonly info: number
  readonly entrySize: number
}

export interface ElfSegment {
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly address: number
  readonly fileSize: number
  readonly memorySize: number
}

export interface ElfFile {
  readonly source: ByteSource
  readonly littleEndian: boolean
  readonly wide: boolean
  /** 1 relocatable, 2 executable, 3 shared, 4 core. */
  readonly type: number
  readonly machine: number
  readonly sections: readonly ElfSection[]
  readonly segments: readonly ElfSegment[]
  /** What addresses in crash reports are relative to: where the first segment lies. */
  readonly baseAddress: number
}

/** Reads headers. Throws `Damage` only where the first header is unusable. */
export function readElfFile(source: ByteSource, problem: (code: string, message: string) => void): ElfFile {
  const head = source.read(0, 64)
  if (head.length < 52 || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) {
    throw new Damage('bad_elf', 'The ELF header is damaged.')
  }
  const [wide, littleEndian] = [head[4] === 2, head[5] !== 2]
  if ((head[4] !== 1 && !wide) || (wide && head.length < 64)) throw new Damage('bad_elf', 'The ELF header is damaged.')
  const at = new Cursor(head, 16, head.length, littleEndian)
  const [type, machine] = [at.u16(), at.u16()]
  at.u32()
  const word = (): number => (wide ? at.u64() : at.u32())
  word()
  const [segmentOffset, sectionOffset] = [word(), word()]
  at.u32()
  at.u16()
  const [segmentSize, segmentCount, sectionSize, sectionCount, namesIndex] = [at.u16(), at.u16(), at.u16(), at.u16(), at.u16()]
  const table = { source, wide, littleEndian, problem }
  const sections = readSections(table, sectionOffset, sectionSize, sectionCount, namesIndex)
  const segments = readSegments(table, segmentOffset, segmentSize, segmentCount === 0xffff ? (sections[0]?.info ?? 0) : segmentCount)
  const baseAddress = type === 1 ? 0 : (segments.find((segment) => segment.type === 1)?.address ?? 0)
  return { source, littleEndian, wide, type, machine, sections, segments, baseAddress }
}

/** The bytes of a section as they lie in the file. */
export function sectionSource(file: ElfFile, section: ElfSection): ByteSource {
  return section.type === sectionNoBits ? partOf(file.source, 0, 0) : partOf(file.source, section.offset, section.size)
}

export function findSection(file: ElfFile, name: string): ElfSection | undefined {
  return file.sections.find((section) => section.name === name && section.type !== sectionNoBits && section.size > 0)
}

interface Table {
  readonly source: ByteSource
  readonly wide: boolean
  readonly littleEndian: boolean
  readonly problem: (code: string, message: string) => void
}

function readSections(table: Table, offset: number, entrySize: number, count: number, namesIndex: number): ElfSection[] {
  if (offset === 0) return []
  const least = table.wide ? 64 : 40
  const first = table.source.read(offset, least)
  if (entrySize < least || first.length < least) {
    table.problem('bad_sections', 'The table of sections lies outside the file.')
    return []
  }
  const zero = readSection(table, first, 0, 0)
  let wanted = count === 0 ? zero.size : count
  const present = Math.floor((table.source.size - offset) / entrySize)
  if (wanted > present || wanted > maxSections) {
    table.problem('bad_sections', 'The table of sections is cut off.')
    wanted = Math.min(present, maxSections)
  }
  const bytes = table.source.read(offset, wanted * entrySize)
  const raw: (ElfSection & { readonly nameOffset: number })[] = []
  for (let index = 0; index < wanted; index++) raw.push(readSection(table, bytes, index * entrySize, index))
  const namesSection = raw[namesIndex === 0xffff ? zero.link : namesIndex]
  const names =
    namesSection === undefined ? new Uint8Array(0) : table.source.read(namesSection.offset, Math.min(namesSection.size, 2 ** 26))
  const decoder = new TextDecoder()
  return raw.map((section) => {
    const end = names.indexOf(0, section.nameOffset)
    return { ...section, name: end < 0 ? '' : decoder.decode(names.subarray(section.nameOffset, Math.min(end, section.nameOffset + 256))) }
  })
}

function readSection(table: Table, bytes: Uint8Array, at: number, index: number): ElfSection & { readonly nameOffset: number } {
  const cursor = new Cursor(bytes, at, bytes.length, table.littleEndian)
  const word = (): number => (table.wide ? cursor.u64() : cursor.u32())
  const [nameOffset, type, flags] = [cursor.u32(), cursor.u32(), word()]
  const address = cursor.address(table.wide ? 8 : 4)
  const [offset, size, link, info] = [word(), word(), cursor.u32(), cursor.u32()]
  word()
  return { index, name: '', nameOffset, type, flags, address, offset, size, link, info, entrySize: word() }
}

function readSegments(table: Table, offset: number, entrySize: number, count: number): ElfSegment[] {
  const least = table.wide ? 56 : 32
  if (offset === 0 || count === 0) return []
  const bytes = table.source.read(offset, Math.min(count, maxSegments) * entrySize)
  if (entrySize < least || bytes.length < least) {
    table.problem('bad_segments', 'The table of segments lies outside the file.')
    return []
  }
  const segments: ElfSegment[] = []
  for (let at = 0; at + least <= bytes.length; at += entrySize) {
    const cursor = new Cursor(bytes, at, bytes.length, table.littleEndian)
    const type = cursor.u32()
    if (table.wide) {
      const [flags, start, address] = [cursor.u32(), cursor.u64(), cursor.address(8)]
      cursor.u64()
      segments.push({ type, flags, offset: start, address, fileSize: cursor.u64(), memorySize: cursor.u64() })
    } else {
      const [start, address] = [cursor.u32(), cursor.u32()]
      cursor.u32()
      const [fileSize, memorySize, flags] = [cursor.u32(), cursor.u32(), cursor.u32()]
      segments.push({ type, flags, offset: start, address, fileSize, memorySize })
    }
  }
  return segments
}
