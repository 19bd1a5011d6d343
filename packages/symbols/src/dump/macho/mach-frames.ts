import { dumpFrames } from '../frames/dump-frames.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import type { Problems } from '../problem.ts'
import { partOf } from '../window.ts'
import { cpuTypes } from './cpu-name.ts'
import { machCodeRanges } from './mach-dwarf.ts'
import type { MachFile } from './mach-file.ts'
import { sectionNamed } from './write-unwind.ts'
import { WrittenRanges } from './written-ranges.ts'

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
 * Writes `__debug_frame` and `__eh_frame` of both halves. A function that has such rules and compact ones gets these: they tell of each instruction, the
 * compact ones only of a function's body.
 */
export function writeMachFrames(files: readonly (MachFile | undefined)[], problems: Problems, writer: SymbolWriter): WrittenRanges {
  const written = new WrittenRanges()
  const seen = new Set<number>()
  for (const file of new Set(files)) {
    const cpu = file && frameCpus[file.cpuType]
    if (file === undefined || cpu === undefined) continue
    for (const name of ['__debug_frame', '__eh_frame']) {
      const section = sectionNamed(file, name)
      if (section === undefined) continue
      problems.guard(() =>
        dumpFrames(
          {
            section: partOf(file.source, section.fileOffset, section.size),
            isEh: name === '__eh_frame',
            cpu,
            littleEndian: file.littleEndian,
            addressSize: file.is64 ? 8 : 4,
            bases: { section: section.address },
            baseAddress: file.textAddress,
            codeRanges: machCodeRanges(file),
            seen,
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
