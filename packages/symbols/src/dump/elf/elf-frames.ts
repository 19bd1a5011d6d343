import { dumpFrames } from '../frames/dump-frames.ts'
import type { FramesApart, FramesJob } from '../frames/frames-job.ts'
import type { DumpOptions } from '../input.ts'
import { AddressRanges } from '../macho/address-ranges.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import { writeArmExceptions } from './arm-exceptions.ts'
import { codeRanges } from './code-ranges.ts'
import { type ElfFile, type ElfSection, findSection, sectionCompressed } from './elf-file.ts'
import { elfCpu } from './elf-ids.ts'
import { openSection, type SectionReading } from './elf-sections.ts'

/**
 * Begins to write `.eh_frame` in another thread, where that is all there is and lies in the file as it is. The rest of the file, read meanwhile, takes
 * about as long for a program whose debug information was stripped.
 */
export function startElfFrames(file: ElfFile, debug: ElfFile, begin: DumpOptions['framesApart']): FramesApart | undefined {
  const section = findSection(file, '.eh_frame')
  const isAll = frameSections(file, debug).every((one) => one.section === undefined || one.section === section)
  if (section === undefined || !isAll || (section.flags & sectionCompressed) !== 0 || elfCpu(file) === 'arm') return undefined
  return begin?.({ ...framesOf(file, section, true), offset: section.offset, size: section.size })
}

/** Writes `.debug_frame`, which is in the file with the debug information, and `.eh_frame`; of a function in both, the former. ARM has a table of its own for the rest. */
export function dumpElfFrames(file: ElfFile, debug: ElfFile, reading: SectionReading, writer: SymbolWriter): void {
  const sections = frameSections(file, debug)
  const seen = sections.every(({ section }) => section !== undefined) ? new Set<number>() : undefined
  const written = elfCpu(file) === 'arm' ? new AddressRanges() : undefined
  for (const { file, section, isEh } of sections) {
    const source = section && openSection(file, section, reading)
    if (section === undefined || source === undefined) continue
    reading.problems.guard(() =>
      dumpFrames(
        {
          ...framesOf(file, section, isEh),
          section: source,
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

function frameSections(file: ElfFile, debug: ElfFile): { file: ElfFile; section: ElfSection | undefined; isEh: boolean }[] {
  return [
    { file: debug, section: findSection(debug, '.debug_frame') ?? findSection(debug, '.zdebug_frame'), isEh: false },
    { file, section: findSection(file, '.eh_frame'), isEh: true },
  ]
}

function framesOf(file: ElfFile, section: ElfSection, isEh: boolean): Omit<FramesJob, 'offset' | 'size'> {
  const text = findSection(file, '.text')?.address
  const data = file.sections.find(({ name }) => name === '.got')?.address
  return {
    isEh,
    cpu: elfCpu(file),
    littleEndian: file.littleEndian,
    addressSize: file.wide ? 8 : 4,
    bases: { section: section.address, ...(text !== undefined && { text }), ...(data !== undefined && { data }) },
    baseAddress: file.baseAddress,
    codeRanges: codeRanges(file),
  }
}
