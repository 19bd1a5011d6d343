import type { SectionReading } from '../elf/elf-sections.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import { u32, u64 } from '../pdb/little-endian.ts'
import type { Problems } from '../problem.ts'
import { forEachArm64Function, writeArm64Frames } from './arm64-frames.ts'
import { writePeDwarfFrames } from './pe-dwarf-frames.ts'
import { exceptionDirectory, loadConfigDirectory, machineArm64, machineArm64Ec, machineArm64X, machineX64, type PeFile } from './read-pe.ts'
import { forEachX64Function, writeX64Frames } from './x64-frames.ts'

/** Of the code for x64 that ARM64 can call, `.pdata` describes both kinds; which entry is which is told elsewhere, so nothing is said. */
const arm64Machines = [machineArm64, machineArm64X]

/** Where `IMAGE_LOAD_CONFIG_DIRECTORY64` points to what is told of code for ARM64 among that for x64. */
const hybridMetadataAt = 200

/** STACK CFI of the processors that have unwind tables; x86 has none, but MinGW's programs have DWARF's. */
export function writePeFrames(pe: PeFile, writer: SymbolWriter, reading: SectionReading): void {
  const { problems } = reading
  if (pe.directory(exceptionDirectory) === undefined) writePeDwarfFrames(pe, writer, reading)
  else if (pe.machine === machineX64) writeX64Frames(pe, writer, problems)
  else if (arm64Machines.includes(pe.machine)) writeArm64Frames(pe, writer, problems)
  if (pe.machine === machineArm64Ec || (pe.machine === machineX64 && hasHybridCode(pe)))
    problems.add('pe_arm64ec', 'Unwind information of ARM64EC is not read.')
}

function hasHybridCode(pe: PeFile): boolean {
  const directory = pe.directory(loadConfigDirectory)
  const bytes = directory === undefined ? new Uint8Array(0) : pe.read(directory.rva, hybridMetadataAt + 8)
  return bytes.length >= hybridMetadataAt + 8 && u32(bytes, 0) >= hybridMetadataAt + 8 && u64(bytes, hybridMetadataAt) !== 0
}

/** Begin and end of each function that has an entry. */
export function forEachUnwindFunction(pe: PeFile, problems: Problems, visit: (begin: number, end: number) => void): void {
  if (pe.machine === machineX64) forEachX64Function(pe, problems, visit)
  else if (arm64Machines.includes(pe.machine)) forEachArm64Function(pe, problems, (begin, info) => visit(begin, begin + info.size))
}
