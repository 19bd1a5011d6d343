import { type ByteSource, bytesSource } from '../../byte-source.ts'
import { Cursor } from '../cursor.ts'
import type { DwarfSectionName, DwarfSections } from '../dwarf/sections.ts'
import type { Compression, DumpInput, DumpOptions } from '../input.ts'
import { maxDecompressedBytes, maxWholeSectionBytes } from '../limits.ts'
import type { SymbolRecords } from '../output/symbol-records.ts'
import type { Problems } from '../problem.ts'
import { type ElfFile, type ElfSection, findSection, sectionCompressed, sectionNoBits, sectionSource } from './elf-file.ts'

const compressions: Readonly<Record<number, Compression>> = { 1: 'zlib', 2: 'zstd' }
/** Debug information becomes a third to a tenth; long tables of zeros less. A small section may be what it likes. */
const maxRatio = 256
const smallBytes = 1024 * 1024

/** What opening sections shares over all files of one dump. */
export interface SectionReading {
  readonly decompress: DumpOptions['decompress']
  readonly problems: Problems
  readonly records: SymbolRecords
  /** Bytes that were decompressed so far. */
  decompressed: number
}

export function sectionReading({ options, problems, records }: DumpInput): SectionReading {
  return { decompress: options.decompress, problems, records, decompressed: 0 }
}

/** A section's bytes, decompressed where they are compressed. Each call decompresses anew. */
export function openSection(file: ElfFile, section: ElfSection, reading: SectionReading): ByteSource | undefined {
  const source = sectionSource(file, section)
  if ((section.flags & sectionCompressed) !== 0) {
    const head = source.read(0, 24)
    const headSize = file.wide ? 24 : 12
    if (head.length < headSize) return undefined
    const cursor = new Cursor(head, 0, head.length, file.littleEndian)
    const compression = compressions[cursor.u32()]
    if (file.wide) cursor.u32()
    const size = file.wide ? cursor.u64() : cursor.u32()
    return decompressed(section.name, source, headSize, compression, size, reading)
  }
  return openOldSection(section.name, source, reading)
}

/** The older way to compress, of any format: `zdebug` in the name, then the letters ZLIB and the size, always with its highest byte first. */
export function openOldSection(name: string, source: ByteSource, reading: SectionReading): ByteSource | undefined {
  if (!/^[._]+zdebug_/.test(name)) return source
  const head = source.read(0, 12)
  if (head.length < 12 || String.fromCharCode(...head.subarray(0, 4)) !== 'ZLIB') return source
  return decompressed(name, source, 12, 'zlib', new Cursor(head, 4, 12, false).u64(), reading)
}

function decompressed(
  name: string,
  source: ByteSource,
  headSize: number,
  compression: Compression | undefined,
  size: number,
  reading: SectionReading,
): ByteSource | undefined {
  const { problems } = reading
  if (compression === undefined || reading.decompress === undefined) {
    problems.add('unknown_compression', `Section ${name} is compressed in a way that is unknown here.`)
    return undefined
  }
  const stored = source.size - headSize
  if ((size > stored * maxRatio && size > smallBytes) || reading.decompressed + size > maxDecompressedBytes) {
    problems.add('too_large_section', `Section ${name} says that it is impossibly large when it is decompressed.`)
    return undefined
  }
  try {
    const bytes = reading.decompress(compression, source.read(headSize, stored), size)
    reading.decompressed += bytes.length
    reading.records.allow(bytes.length)
    if (bytes.length !== size) problems.add('bad_compression', `Section ${name} has another size than it says.`)
    return bytesSource(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch {
    problems.add('bad_compression', `Section ${name} cannot be decompressed.`)
    return undefined
  }
}

function sectionsNamed(file: ElfFile, name: string | undefined): ElfSection[] {
  return file.sections.filter((section) => section.name === name && section.type !== sectionNoBits && section.size > 0)
}

/** A file that was not linked has a section for each unit of types, which GCC puts before the code's. Units refer to themselves only. */
function joined(parts: readonly ElfSection[], file: ElfFile, reading: SectionReading): ByteSource {
  const opened: Uint8Array[] = []
  let total = 0
  for (const part of parts) {
    const source = openSection(file, part, reading)
    // Damaged ones may lie over each other, and be larger together than the file.
    total += source?.size ?? 0
    if (total > maxWholeSectionBytes) {
      reading.problems.add('too_large_section', `The sections ${part.name} are too large together.`)
      break
    }
    if (source !== undefined) opened.push(source.read(0, source.size))
  }
  const bytes = new Uint8Array(opened.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of opened) {
    bytes.set(part, at)
    at += part.length
  }
  return bytesSource(bytes)
}

/** The DWARF sections of an ELF file: `.debug_NAME`, `.zdebug_NAME`, and in files of -gsplit-dwarf `.debug_NAME.dwo`. */
export function dwarfSections(file: ElfFile, reading: SectionReading, suffix: '' | '.dwo' = ''): DwarfSections {
  const opened = new Map<string, ByteSource | undefined>()
  return {
    littleEndian: file.littleEndian,
    section: (name: DwarfSectionName) => {
      if (opened.has(name)) return opened.get(name)
      // The index of a package is called the same everywhere.
      const full = name === 'cu_index' ? name : `${name}${suffix}`
      const found = findSection(file, `.debug_${full}`) ?? findSection(file, `.zdebug_${full}`)
      const parts = suffix === '.dwo' && name === 'info' ? sectionsNamed(file, found?.name) : []
      const source = parts.length > 1 ? joined(parts, file, reading) : found && openSection(file, found, reading)
      opened.set(name, source)
      return source
    },
  }
}
