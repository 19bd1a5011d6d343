import { readModuleRecord } from './breakpad/module-record.ts'
import type { ByteSource } from './byte-source.ts'
import { readElfFile, sectionNoBits } from './dump/elf/elf-file.ts'
import { debugIdOf, elfCpu, elfIdentifier, hexOf, soname } from './dump/elf/elf-ids.ts'
import { fatParts } from './dump/macho/fat-parts.ts'
import { debugSection } from './dump/macho/mach-dwarf.ts'
import { dsymFileType, objectFileType, readMachFile } from './dump/macho/mach-file.ts'
import { openMsf } from './dump/pdb/msf.ts'
import { guidDigits, readCodeView } from './dump/pe/debug-directory.ts'
import { readPe } from './dump/pe/read-pe.ts'
import { Problems } from './dump/problem.ts'
import { type DebugFileFormat, recogniseFormat } from './dump/recognise-format.ts'
import { leafName } from './symbol-path.ts'

/** A module that a file describes, told without reading more than headers. */
export interface RecognisedModule {
  readonly kind: DebugFileFormat | 'sym'
  readonly debugFile: string
  /** As crash reports name it; undefined: no report can name it. */
  readonly debugId: string | undefined
  readonly codeId?: string
  /** Of a part of a fat file. */
  readonly arch?: string
  /** Whether the file has the program's code, and with it rules for unwinding. */
  readonly hasCode: boolean
  /** Whether it has more than names of functions. */
  readonly hasDebug: boolean
}

/** The modules of a debug file or `.sym`; several for a fat Mach-O, none for object files and what is damaged. */
export function recogniseModules(source: ByteSource, fileName: string): RecognisedModule[] {
  const kind = recogniseFormat(source)
  const name = leafName(fileName) ?? 'unknown'
  try {
    switch (kind) {
      case 'elf':
        return elfModules(source, name)
      case 'macho':
        return machModules(source, name)
      case 'pe':
        return peModules(source, name)
      case 'pdb':
        return pdbModules(source, name)
      case undefined:
        return symModules(source)
    }
  } catch {
    // Whoever dumps the file says what is wrong with it.
    return []
  }
}

const relocatable = 1
const core = 4

function elfModules(source: ByteSource, name: string): RecognisedModule[] {
  const file = readElfFile(source, () => undefined)
  if (file.type === relocatable || file.type === core) return []
  const identifier = elfIdentifier(file)
  const names = new Set(file.sections.filter(({ type, size }) => type !== sectionNoBits && size > 0).map((section) => section.name))
  const hasCode = names.has('.text')
  return [
    {
      kind: 'elf',
      // `app.debug` is what was split off from `app`, as reports name it.
      debugFile: leafName(soname(file)) ?? (hasCode ? name : name.replace(/(?!^)\.(?:debug|dbg)$/, '')),
      debugId: identifier === undefined ? undefined : debugIdOf(identifier, file.littleEndian),
      ...(identifier !== undefined && { codeId: hexOf(identifier) }),
      arch: elfCpu(file),
      hasCode,
      hasDebug: names.has('.debug_info') || names.has('.zdebug_info'),
    },
  ]
}

function machModules(source: ByteSource, name: string): RecognisedModule[] {
  const problems = new Problems()
  const modules: RecognisedModule[] = []
  for (const { cpu, source: part } of fatParts(source, problems)) {
    const file = problems.guard(() => readMachFile(part, problems))
    if (file === undefined || file.fileType === objectFileType) continue
    modules.push({
      kind: 'macho',
      debugFile: leafName(file.installName) ?? name,
      debugId: file.uuid === undefined ? undefined : `${file.uuid}0`,
      ...(file.uuid !== undefined && { codeId: file.uuid.toLowerCase() }),
      arch: cpu,
      hasCode: file.fileType !== dsymFileType,
      hasDebug: debugSection(file, 'info') !== undefined,
    })
  }
  return modules
}

function peModules(source: ByteSource, name: string): RecognisedModule[] {
  const pe = readPe(source, new Problems())
  const codeView = pe && readCodeView(pe)
  if (pe === undefined) return []
  const hex = (value: number, digits = 0): string => value.toString(16).padStart(digits, '0')
  return [
    {
      kind: 'pe',
      debugFile: leafName(codeView?.pdbPath) ?? name,
      debugId: codeView?.debugId,
      codeId: hex(pe.timestamp, 8) + hex(pe.imageSize),
      hasCode: true,
      hasDebug: pe.sections.some((section) => /^\.z?debug_info$/.test(section.name)),
    },
  ]
}

const infoStream = 1
const debugInformationStream = 3

function pdbModules(source: ByteSource, name: string): RecognisedModule[] {
  const msf = openMsf(source)
  if ('refused' in msf) return []
  const info = msf.stream(infoStream)?.read(0, 28)
  const debug = msf.stream(debugInformationStream)?.read(0, 12)
  if (info === undefined || info.length < 28) return []
  // The linker counts the age in the second place up at each write; the other one stays behind.
  const age = u32(debug !== undefined && debug.length === 12 ? debug : info, 8)
  return [{ kind: 'pdb', debugFile: name, debugId: guidDigits(info, 12) + age.toString(16).toUpperCase(), hasCode: false, hasDebug: true }]
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)
}

function symModules(source: ByteSource): RecognisedModule[] {
  const { debugFile, debugId, codeId, cpu } = readModuleRecord(source)
  return [{ kind: 'sym', debugFile, debugId, ...(codeId !== undefined && { codeId }), arch: cpu, hasCode: true, hasDebug: true }]
}
