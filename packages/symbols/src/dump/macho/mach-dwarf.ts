import type { DwarfSectionName, DwarfSections } from '../dwarf/sections.ts'
import { openOldSection, type SectionReading } from '../elf/elf-sections.ts'
import { partOf } from '../window.ts'
import type { MachFile, MachSection } from './mach-file.ts'
import { sectionNamed } from './write-unwind.ts'

/** The longest name that a section's header has room for. */
const maxSectionName = 16

/** A section `__debug_NAME`, which is cut where the header has no more room (`__debug_str_offs`), or `__zdebug_NAME`, as Go compresses them. */
export function debugSection(file: MachFile, name: string): MachSection | undefined {
  const named = (prefix: string) => sectionNamed(file, `${prefix}${name}`.slice(0, maxSectionName))
  return named('__debug_') ?? named('__zdebug_')
}

export function machDwarfSections(file: MachFile, reading: SectionReading): DwarfSections {
  return {
    littleEndian: file.littleEndian,
    section: (name: DwarfSectionName) => {
      const found = debugSection(file, name)
      return found && openOldSection(found.name, partOf(file.source, found.fileOffset, found.size), reading)
    },
  }
}

/** Pairs of start and end of code, by address. A dSYM has the headers of the code, too. */
export function machCodeRanges(file: MachFile): number[] {
  return file.sections
    .filter(({ executable }) => executable)
    .sort((left, right) => left.address - right.address)
    .flatMap(({ address, size }) => [address, address + size])
}
