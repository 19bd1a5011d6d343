import type { DwarfSectionName, DwarfSections } from '../dwarf/sections.ts'
import { partOf } from '../window.ts'
import type { MachFile } from './mach-file.ts'
import { sectionNamed } from './write-unwind.ts'

/** The longest name that a section's header has room for. */
const maxSectionName = 16

/** `__debug_info` and so on; `__debug_str_offsets` is cut to `__debug_str_offs`. */
export function machDwarfSections(file: MachFile): DwarfSections {
  return {
    littleEndian: file.littleEndian,
    section: (name: DwarfSectionName) => {
      const found = sectionNamed(file, `__debug_${name}`.slice(0, maxSectionName))
      return found && partOf(file.source, found.fileOffset, found.size)
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
