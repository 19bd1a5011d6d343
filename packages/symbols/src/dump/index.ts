import type { ByteSource } from '../byte-source.ts'
import { SymbolError } from '../errors.ts'
import { dumpElf } from './elf/dump-elf.ts'
import type { DumpedFile, DumpInput, DumpOptions } from './input.ts'
import { maxDebugFileBytes } from './limits.ts'
import { dumpMacho } from './macho/dump-macho.ts'
import { type SymbolCounts, SymbolRecords } from './output/symbol-records.ts'
import { type DumpedModule, SymbolWriter } from './output/symbol-writer.ts'
import { dumpPdb } from './pdb/dump-pdb.ts'
import { dumpPe } from './pe/dump-pe.ts'
import { Damage, type DumpProblem, Problems } from './problem.ts'
import { type DebugFileFormat, recogniseFormat } from './recognise-format.ts'

export { recogniseFile, type SymbolFileKind } from '../recognise-file.ts'
export { type RecognisedModule, recogniseModules } from '../recognise-modules.ts'
export type { FramesApart, FramesJob } from './frames/frames-job.ts'
export type { Companion, Compression, DumpDemangler, DumpOptions } from './input.ts'
export type { DumpedModule } from './output/symbol-writer.ts'
export type { DumpProblem } from './problem.ts'
export { type DebugFileFormat, recogniseFormat } from './recognise-format.ts'

export interface DumpResult {
  readonly format: DebugFileFormat
  readonly module: DumpedModule
  readonly counts: SymbolCounts
  readonly problems: readonly DumpProblem[]
}

const dumpers: Partial<Record<DebugFileFormat, (input: DumpInput) => DumpedFile>> = {
  elf: dumpElf,
  macho: dumpMacho,
  pe: dumpPe,
  pdb: dumpPdb,
}

/**
 * Writes a debug file's symbols as Breakpad's text, in chunks that `sink` owns (see `lendsChunks`). Synchronous; reads the source by ranges. Throws `SymbolError` when
 * the file is none; damage inside it becomes a problem, and the rest is written.
 */
export function dumpSymbols(source: ByteSource, sink: (chunk: Uint8Array) => void, options: DumpOptions = {}): DumpResult {
  if (source.size === 0) throw new SymbolError('empty', 'The file is empty.')
  if (source.size > maxDebugFileBytes) throw new SymbolError('too_large', 'The file is larger than any debug file.')
  const format = recogniseFormat(source)
  const dump = format === undefined ? undefined : dumpers[format]
  if (format === undefined || dump === undefined) {
    throw new SymbolError('no_debug_file', 'The file is neither ELF, PE, PDB nor Mach-O.')
  }
  const [records, problems] = [new SymbolRecords(), new Problems()]
  records.allow(source.size)
  const dumped = refused(() => dump({ source, options, records, problems }))
  const writer = new SymbolWriter(sink, options.demangle, options.lendsChunks)
  writer.module(dumped.module)
  const counts = records.write(writer)
  problems.guard(() => dumped.stack?.(writer))
  writer.flush()
  return { format, module: dumped.module, counts, problems: problems.all() }
}

/** A header that means nothing makes it no debug file at all. */
function refused(dump: () => DumpedFile): DumpedFile {
  try {
    return dump()
  } catch (error) {
    if (error instanceof Damage) throw new SymbolError('no_debug_file', error.message, { cause: error })
    throw error
  }
}
