import type { ByteSource } from '../../byte-source.ts'
import { leafName } from '../../symbol-path.ts'
import { sectionReading } from '../elf/elf-sections.ts'
import type { DumpedFile, DumpInput } from '../input.ts'
import type { SymbolRecords } from '../output/symbol-records.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import { ageDigits, readCodeView } from '../pe/debug-directory.ts'
import { writePeFrames } from '../pe/pe-frames.ts'
import { codeIdOf, cpuOfMachine } from '../pe/pe-ids.ts'
import { machineX86, type PeFile, readPe } from '../pe/read-pe.ts'
import { Damage, type Problems } from '../problem.ts'
import { type AddressMap, readAddressMap } from './address-map.ts'
import { CrossModuleTypes } from './cross-module-types.ts'
import { type DebugInformation, readDebugInformation } from './dbi.ts'
import { maxLineVisits, maxModuleBytes } from './limits.ts'
import { ModuleLines } from './module-lines.ts'
import { readModuleSymbols } from './module-symbols.ts'
import { type MsfFile, openMsf } from './msf.ts'
import { type PdbInfo, readPdbInfo } from './pdb-info.ts'
import { PdbSymbols } from './pdb-symbols.ts'
import { PublicSymbols } from './public-symbols.ts'
import { writeStackWin } from './stack-win.ts'
import { readStringTable, type StringTable } from './string-table.ts'
import { TypeNames } from './type-names.ts'
import { TypeStream } from './type-stream.ts'

/** A PDB whose container and identity could be read. */
export interface OpenedPdb {
  readonly msf: MsfFile
  readonly info: PdbInfo
  readonly dbi: DebugInformation | undefined
  /** Digits of the GUID and the age that the PE has, too. */
  readonly debugId: string
}

const typeStream = 2
const idStream = 4

/** Throws `Damage` where the file is none, or of a kind that cannot be read. */
export function openPdb(source: ByteSource): OpenedPdb {
  const msf = openMsf(source)
  if ('refused' in msf) throw new Damage(msf.refused, msf.message)
  const info = readPdbInfo(msf)
  if (info === undefined) throw new Damage('bad_directory', 'This PDB has no identity (stream 1).')
  const dbi = readDebugInformation(msf)
  // Tools that change a PDB afterwards count its own age up; that of its debug information stays the one that the PE has.
  return { msf, info, dbi, debugId: info.signature + ageDigits(dbi?.age ?? info.age) }
}

export function dumpPdb(input: DumpInput): DumpedFile {
  const { source, options, problems } = input
  const pdb = openPdb(source)
  const name = options.debugFile ?? leafName(options.fileName) ?? 'unknown.pdb'
  const peName = name.replace(/\.pdb$/i, '')
  const beside = options.companions?.({ kind: 'pe', name: peName, debugId: pdb.debugId })
  const pe = beside === undefined ? undefined : matchingPe(beside, pdb, problems)
  return dumpOpenedPdb(input, pdb, { debugFile: name, pe, codeFile: pe === undefined ? undefined : codeFileName(beside, peName, pe) })
}

/** A finder may tell the name of what it found; else it is guessed from the PDB's. */
function codeFileName(source: ByteSource | undefined, stem: string, pe: PeFile): string {
  const path = source !== undefined && 'path' in source && typeof source.path === 'string' ? source.path : undefined
  const guessed = /\.(?:exe|dll|sys|ocx|node)$/i.test(stem) ? stem : `${stem}${pe.isLibrary ? '.dll' : '.exe'}`
  return leafName(path) ?? guessed
}

function matchingPe(source: ByteSource, pdb: OpenedPdb, problems: Problems): PeFile | undefined {
  const pe = readPe(source, problems)
  const signature = pe === undefined ? undefined : readCodeView(pe)?.signature
  if (pe !== undefined && signature === pdb.info.signature) return pe
  problems.add('other_pe', 'The program or library beside the PDB belongs to another PDB; its unwind information is left out.')
  return undefined
}

/** `pe` and its name, where the PE is at hand: its unwind information, and the ids by which reports name the module. */
export function dumpOpenedPdb(
  input: DumpInput,
  pdb: OpenedPdb,
  names: { readonly debugFile: string; readonly pe: PeFile | undefined; readonly codeFile: string | undefined; readonly debugId?: string },
): DumpedFile {
  const { records, problems, options } = input
  const { msf, info, dbi, debugId } = pdb
  const { pe, codeFile, debugFile } = names
  if (dbi === undefined)
    problems.add('pdb_no_dbi', 'The PDB has no debug information that can be read (stream 3): it is one of types, or of before 1998.')
  if (info.isPartial)
    problems.add(
      'pdb_fastlink',
      'The PDB was linked with /DEBUG:FASTLINK, which leaves most symbols in the object files; link with /DEBUG:FULL, or run mspdbcmf.exe on it.',
    )
  const strings = readStringTable(msf, info)
  const map = dbi === undefined ? undefined : readAddressMap(msf, dbi)
  if (dbi !== undefined && map !== undefined) {
    collect({ msf, dbi, map, strings, records, problems, inlines: options.inlines !== false, moduleName: codeFile ?? debugFile })
  }
  const machine = dbi?.machine ?? pe?.machine ?? 0
  const id = names.debugId ?? debugId
  return {
    module: {
      os: 'windows',
      cpu: cpuOfMachine(pe?.machine ?? machine),
      debugId: id,
      debugFile,
      ...(pe === undefined ? {} : { codeId: codeIdOf(pe) }),
      ...(codeFile === undefined ? {} : { codeFile }),
    },
    stack(writer: SymbolWriter): void {
      if (pe !== undefined) writePeFrames(pe, writer, sectionReading(input))
      if (machine === machineX86 && dbi !== undefined && map !== undefined) writeStackWin(msf, dbi, map, strings, writer)
    },
  }
}

function collect(parts: {
  msf: MsfFile
  dbi: DebugInformation
  map: AddressMap
  strings: StringTable
  records: SymbolRecords
  problems: Problems
  inlines: boolean
  moduleName: string
}): void {
  const { msf, dbi, map, strings, records, problems, inlines } = parts
  const pointerBytes = dbi.machine === machineX86 ? 4 : 8
  const names = new TypeNames(TypeStream.open(msf, typeStream), TypeStream.open(msf, idStream), pointerBytes)
  const publics = new PublicSymbols(dbi.symbolRecordStream === undefined ? undefined : msf.stream(dbi.symbolRecordStream), map)
  const cross = new CrossModuleTypes(msf, dbi.modules, strings)
  const symbols = new PdbSymbols({ map, names, records, problems, cross, inlines, publics, strings })
  const seen = new Set<number>()
  const budget = { left: maxLineVisits }
  for (const module of dbi.modules) {
    // Each has its own stream; one that is named twice would be read as often as somebody likes.
    if (module.stream === undefined || seen.has(module.stream)) continue
    seen.add(module.stream)
    const stream = msf.stream(module.stream)
    if (stream === undefined || stream.size > maxModuleBytes) {
      problems.add('pdb_module', `The symbols of ${module.name} are missing or larger than the limit.`)
      continue
    }
    const bytes = stream.read(0, Math.min(stream.size, module.symbolBytes + module.c11Bytes + module.c13Bytes))
    const c13 = module.symbolBytes + module.c11Bytes
    if (module.c11Bytes > 0) problems.add('pdb_c11', 'Lines of compilers before Visual C++ 2005 (C11) are left out.')
    const lines = new ModuleLines(bytes, c13, Math.min(bytes.length, c13 + module.c13Bytes), budget)
    problems.guard(() => readModuleSymbols(symbols, bytes, Math.min(module.symbolBytes, bytes.length), lines))
  }
  problems.guard(() => symbols.finish(parts.moduleName))
}
