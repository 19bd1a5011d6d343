import { openOldSection, type SectionReading } from '../elf/elf-sections.ts'
import { dumpFrames } from '../frames/dump-frames.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import { partOf } from '../window.ts'
import { AddressRanges } from './address-ranges.ts'
import { cpuTypes } from './cpu-name.ts'
import { debugSection, machCodeRanges } from './mach-dwarf.ts'
import type { MachFile } from './mach-file.ts'
import { referredToFrames, sectionNamed } from './write-unwind.ts'

/** As the tables of registers are named. */
const frameCpus: Readonly<Record<number, string>> = {
  [cpuTypes.x86]: 'x86 apple',
  [cpuTypes.x86_64]: 'x86_64',
  [cpuTypes.arm]: 'arm',
  [cpuTypes.arm64]: 'arm64',
  [cpuTypes.ppc]: 'ppc',
  [cpuTypes.ppc64]: 'ppc64',
}

/**
 * Writes `__debug_frame`, and of `__eh_frame` what the compact unwind information refers to, as the system's own unwinder does: LLVM's linker up to
 * version 14 leaves addresses in the rest of it that belong to no function. Without compact information all of it counts.
 */
export function writeMachFrames(files: readonly (MachFile | undefined)[], reading: SectionReading, writer: SymbolWriter): AddressRanges {
  const { problems } = reading
  const written = new AddressRanges()
  const seen = new Set<number>()
  for (const file of new Set(files)) {
    const cpu = file && frameCpus[file.cpuType]
    if (file === undefined || cpu === undefined) continue
    const referred = referredToFrames(file, problems)
    for (const isEh of [false, true]) {
      const section = isEh ? sectionNamed(file, '__eh_frame') : debugSection(file, 'frame')
      const bytes = section && openOldSection(section.name, partOf(file.source, section.fileOffset, section.size), reading)
      if (section === undefined || bytes === undefined) continue
      problems.guard(() =>
        dumpFrames(
          {
            section: bytes,
            isEh,
            cpu,
            littleEndian: file.littleEndian,
            addressSize: file.is64 ? 8 : 4,
            bases: { section: section.address },
            baseAddress: file.textAddress,
            codeRanges: machCodeRanges(file),
            seen,
            ...(isEh && referred !== undefined && { accept: (start: number) => referred.covers(start - file.textAddress) }),
            written: written.add,
            problems,
          },
          writer,
        ),
      )
    }
  }
  return written
}
