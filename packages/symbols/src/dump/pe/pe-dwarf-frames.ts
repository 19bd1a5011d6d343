import { openOldSection, type SectionReading } from '../elf/elf-sections.ts'
import { dumpFrames } from '../frames/dump-frames.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import { codeRanges } from './code-ranges.ts'
import { cpuOfMachine } from './pe-ids.ts'
import { machineArm64, machineX64, type PeFile } from './read-pe.ts'

/** STACK CFI of MinGW's programs for x86, which describe frames as ELF does. Of a function in both sections, `.debug_frame`. */
export function writePeDwarfFrames(pe: PeFile, writer: SymbolWriter, reading: SectionReading): void {
  const { problems } = reading
  const seen = new Set<number>()
  const text = pe.sections.find(({ name }) => name === '.text')?.rva
  for (const name of ['.debug_frame', '.zdebug_frame', '.eh_frame']) {
    const section = pe.sections.find((candidate) => candidate.name === name)
    const bytes = section && openOldSection(name, pe.sectionSource(section), reading)
    if (section === undefined || bytes === undefined) continue
    problems.guard(() =>
      dumpFrames(
        {
          section: bytes,
          isEh: name === '.eh_frame',
          cpu: cpuOfMachine(pe.machine),
          littleEndian: true,
          addressSize: pe.machine === machineX64 || pe.machine === machineArm64 ? 8 : 4,
          bases: { section: pe.imageBase + section.rva, ...(text !== undefined && { text: pe.imageBase + text }) },
          baseAddress: pe.imageBase,
          codeRanges: codeRanges(pe),
          seen,
          problems,
        },
        writer,
      ),
    )
  }
}
