import type { ByteSource } from '../../byte-source.ts'
import { bytesSource } from '../../byte-source.ts'
import { leafName } from '../../symbol-path.ts'
import { checksum, type DebugLink, maxLinkBytes, parseDebugLink } from '../debug-link.ts'
import { openPackage } from '../dwarf/package-index.ts'
import type { DwarfSections, SplitUnit } from '../dwarf/sections.ts'
import type { DumpOptions } from '../input.ts'
import { Damage } from '../problem.ts'
import { type ElfFile, findSection, readElfFile, sectionSource } from './elf-file.ts'
import { buildId, hexOf } from './elf-ids.ts'
import { dwarfSections, openSection, type SectionReading } from './elf-sections.ts'
import { decompressXz } from './xz.ts'

type Finder = NonNullable<DumpOptions['companions']>

/** Compressed. */
const maxMiniBytes = 64 * 1024 * 1024
/** Opened .dwo files, each with the sections that were read of it. */
const maxOpenSplitFiles = 4

export function hasDwarf(file: ElfFile): boolean {
  return findSection(file, '.debug_info') !== undefined || findSection(file, '.zdebug_info') !== undefined
}

function open(source: ByteSource, reading: SectionReading): ElfFile | undefined {
  reading.records.allow(source.size)
  return reading.problems.guard(() => readElfFile(source, (code, message) => reading.problems.add(code, message)))
}

/** The separate debug file of a stripped one, by build id or by name and checksum. One of another build is refused. */
export function findDebugFile(file: ElfFile, find: Finder | undefined, reading: SectionReading): ElfFile | undefined {
  if (find === undefined) return undefined
  const id = buildId(file)
  const wanted = id && hexOf(id)
  const byId = wanted === undefined ? undefined : find({ kind: 'build-id', buildId: wanted })
  const found = byId && open(byId, reading)
  if (found !== undefined && sameBuild(found, wanted, reading)) return found
  const link = readLink(file)
  const source = link && find({ kind: 'debuglink', name: link.name, crc: link.crc })
  if (link === undefined || source === undefined) return undefined
  const linked = open(source, reading)
  if (linked === undefined) return undefined
  if (wanted !== undefined && buildId(linked) !== undefined) return sameBuild(linked, wanted, reading) ? linked : undefined
  if (checksum(source) === link.crc) return linked
  reading.problems.add('wrong_debug_file', `The file ${link.name} has another checksum than the link to it says.`)
  return undefined
}

function sameBuild(file: ElfFile, wanted: string | undefined, { problems }: SectionReading): boolean {
  const id = buildId(file)
  if (wanted !== undefined && id !== undefined && hexOf(id) === wanted) return true
  problems.add('wrong_debug_file', 'A separate debug file was found, but it is of another build.')
  return false
}

function readLink(file: ElfFile): DebugLink | undefined {
  const section = findSection(file, '.gnu_debuglink')
  return section && parseDebugLink(sectionSource(file, section).read(0, maxLinkBytes), file.littleEndian)
}

/** What dwz moved from several files into one. */
export function findAlternate(file: ElfFile, find: Finder | undefined, reading: SectionReading): DwarfSections | undefined {
  const section = findSection(file, '.gnu_debugaltlink')
  // A stripped file keeps the link, and has nothing that refers to it.
  if (section === undefined || !hasDwarf(file)) return undefined
  const bytes = sectionSource(file, section).read(0, maxLinkBytes)
  const end = bytes.indexOf(0)
  if (end <= 0) return undefined
  const id = hexOf(bytes.subarray(end + 1))
  const name = new TextDecoder().decode(bytes.subarray(0, end))
  const source = find?.({ kind: 'dwz', name, buildId: id })
  const alternate = source && open(source, reading)
  if (alternate === undefined) {
    reading.problems.add(
      'missing_dwz_file',
      `The file ${leafName(name) ?? ''} with shared debug information was not found; names are missing.`,
    )
    return undefined
  }
  const own = buildId(alternate)
  if (own === undefined || hexOf(own) === id) return dwarfSections(alternate, reading)
  reading.problems.add('wrong_debug_file', 'A file with shared debug information was found, but it is of another build.')
  return undefined
}

/** Finds units of -gsplit-dwarf: in a package beside the program, or in their own files. */
export function splitFinder(
  fileName: string | undefined,
  find: Finder | undefined,
  reading: SectionReading,
): (wanted: SplitUnit) => DwarfSections | undefined {
  let pack: ((id: string) => DwarfSections | undefined) | undefined
  let looked = false
  const opened = new Map<string, DwarfSections | undefined>()
  return ({ name, directory, id }) => {
    if (!looked) {
      looked = true
      const source = find?.({ kind: 'dwp', name: leafName(fileName) ?? '' })
      const file = source && open(source, reading)
      pack = file && reading.problems.guard(() => openPackage(dwarfSections(file, reading, '.dwo')))
    }
    const packed = pack?.(id)
    if (packed !== undefined) return packed
    const key = `${directory}\0${name}`
    if (opened.has(key)) return opened.get(key)
    const source = find?.({ kind: 'dwo', name, directory, id })
    const file = source && open(source, reading)
    const sections = file && dwarfSections(file, reading, '.dwo')
    const [oldest] = opened.keys()
    if (oldest !== undefined && opened.size >= maxOpenSplitFiles) opened.delete(oldest)
    opened.set(key, sections)
    return sections
  }
}

/** The symbol table that distributions leave in stripped programs, compressed. */
export function miniDebugFile(file: ElfFile, reading: SectionReading): ElfFile | undefined {
  const section = findSection(file, '.gnu_debugdata')
  if (section === undefined) return undefined
  return reading.problems.guard(() => {
    const source = openSection(file, section, reading)
    if (source === undefined || source.size > maxMiniBytes)
      throw new Damage('too_large_section', 'The mini debug information is too large.')
    return open(bytesSource(decompressXz(source.read(0, source.size))), reading)
  })
}
