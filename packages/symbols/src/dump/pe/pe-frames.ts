import type { SymbolWriter } from '../output/symbol-writer.ts'
import type { Problems } from '../problem.ts'
import { machineX64, type PeFile } from './read-pe.ts'
import { forEachX64Function, writeX64Frames } from './x64-frames.ts'

/** STACK CFI of the processors that have unwind tables; x86 has none. */
export function writePeFrames(pe: PeFile, writer: SymbolWriter, problems: Problems): void {
  if (pe.machine === machineX64) writeX64Frames(pe, writer, problems)
}

/** Begin and end of each function that has an entry. */
export function forEachUnwindFunction(pe: PeFile, problems: Problems, visit: (begin: number, end: number) => void): void {
  if (pe.machine === machineX64) forEachX64Function(pe, problems, visit)
}
