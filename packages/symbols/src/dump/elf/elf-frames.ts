import { dumpFrames } from '../frames/dump-frames.ts'
import { AddressRanges } from '../macho/address-ranges.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import { writeArmExceptions } from './arm-exceptions.ts'
import { codeRanges } from './code-ranges.ts'
import { type ElfFile, findSection } from './elf-file.ts'
import { elfCpu } from './elf-ids.ts'
import { openSection, type SectionReading } from './elf-sections.ts'

/** Writes `.debug_frame`, which is in the file with the debug information, and `.eh_frame`; of a function in both, the former. ARM has a table of its own for the rest. */
export function dumpElfFrames(file: ElfFile, debug: ElfFile, reading: SectionReading, writer: SymbolWriter): void {
  const sections = [
    { file: debug, section: findSection(debug, '.debug_frame') ?? findSection(debug, '.zdebug_frame'), isEh: false },
    { file, section: findSection(file, '.eh_frame'), isEh: true },
  ]
  const seen = sections.every(({ section }) => section !== undefined) ? new Set<number>() : undefined
  const written = elfCpu(file) === 'arm' ? new AddressRanges() : undefined
  for (const { file, section, isEh } of sections) {
    const source = section && openSection(file, section, reading)
    if (section === undefined || source === undefined) continue
    const text = findSection(file, '.text')?.address
    const data = file.sections.find(({ name }) => name === '.got')?.address
    const bases = { section: section.address, ...(text !== undefined && { text }), ...(data !== undefined && { data }) }
    reading.problems.guard(() =>
      dumpFrames(
        {
          section: source,
          isEh,
          cpu: elfCpu(file),
          littleEndian: file.littleEndian,
          addressSize: file.wide ? 8 : 4,
          bases,
          baseAddress: file.baseAddress,
          codeRanges: codeRanges(file),
          ...(seen !== undefined && { seen }),
          ...(written !== undefined && { written: written.add }),
          problems: reading.problems,
        },
        writer,
      ),
    )
  }
  if (written !== undefined) writeArmExceptions(file, written, writer, reading.problems)
}
