import type { SectionReading } from '../elf/elf-sections.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import type { Problems } from '../problem.ts'
import { forEachArm64Function, writeArm64Frames } from './arm64-frames.ts'
import { writePeDwarfFrames } from './pe-dwarf-frames.ts'
import { exceptionDirectory, machineArm64, machineArm64Ec, machineArm64X, machineX64, type PeFile } from './read-pe.ts'
import { forEachX64Function, writeX64Frames } from './x64-frames.ts'

/** Of the code for x64 that ARM64 can call, `.pdata` describes both kinds; which entry is which is told elsewhere, so nothing is said. */
const arm64Machines = [machineArm64, machineArm64X]

/** STACK CFI of the processors that have unwind tables; x86 has none, but MinGW's programs have DWARF's. */
export function writePeFrames(pe: PeFile, writer: SymbolWriter, reading: SectionReading): void {
  const { problems } = reading
  if (pe.directory(exceptionDirectory) === undefined) writePeDwarfFrames(pe, writer, reading)
  else if (pe.machine === machineX64) writeX64Frames(pe, writer, problems)
  else if (arm64Machines.includes(pe.machine)) writeArm64Frames(pe, writer, problems)
  else if (pe.machine === machineArm64Ec) problems.add('pe_arm64ec', 'Unwind information of ARM64EC is not read.')
}

/** Begin and end of each function that has an entry. */
export function forEachUnwindFunction(pe: PeFile, problems: Problems, visit: (begin: number, end: number) => void): void {
  if (pe.machine === machineX64) forEachX64Function(pe, problems, visit)
  else if (arm64Machines.includes(pe.machine)) forEachArm64Function(pe, problems, (begin, info) => visit(begin, begin + info.size))
}
