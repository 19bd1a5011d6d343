import { leafName } from '../../symbol-path.ts'
import { dumpDwarf } from '../dwarf/dump-dwarf.ts'
import { sectionReading } from '../elf/elf-sections.ts'
import { FunctionSymbols } from '../elf/elf-symbols.ts'
import type { DumpedFile, DumpInput } from '../input.ts'
import { choosePart, samePart } from './choose-part.ts'
import { readExportsTrie } from './exports-trie.ts'
import { readFunctionStarts } from './function-starts.ts'
import { debugSection, machCodeRanges, machDwarfSections } from './mach-dwarf.ts'
import { dsymFileType, type MachFile } from './mach-file.ts'
import { writeMachFrames } from './mach-frames.ts'
import { readMachSymbols } from './mach-symbols.ts'
import { writeCompactUnwind } from './write-unwind.ts'

/** A program, library or dSYM for one processor. Debug information comes from the dSYM, rules for unwinding from the program, whichever is given. */
export function dumpMacho(input: DumpInput): DumpedFile {
  const { source, options, records, problems } = input
  const file = choosePart(source, options.arch, problems)
  const name = moduleName(file, options.fileName)
  const uuid = file.uuid
  if (uuid === undefined) problems.add('macho_no_uuid', 'The file has no UUID (LC_UUID), so that no crash report can name it.')
  const { program, debug } = withCompanion(input, file, name)

  const symbols = new FunctionSymbols()
  let objectFiles = 0
  for (const one of new Set([debug, program])) {
    if (one === undefined) continue
    problems.guard(() => {
      objectFiles += readMachSymbols(one, records.names, symbols, problems).objectFiles
    })
  }
  symbols.close()
  if (program !== undefined) problems.guard(() => addExports(program, input, symbols))
  if (debug !== undefined) problems.guard(() => addDebugInformation(debug, input, symbols))
  if (debug === undefined && objectFiles > 0) {
    problems.add(
      'macho_no_dsym',
      `The debug information is still in ${objectFiles} object files; "dsymutil ${name}" collects it in a dSYM, which is to be dumped together with this file.`,
    )
  }
  for (let index = 0; index < symbols.addresses.length; index++) {
    records.addPublic(symbols.addresses.at(index) - file.textAddress, symbols.names.at(index), symbols.sizes.at(index))
  }
  if (program !== undefined) problems.guard(() => addNameless(program, input, symbols))
  return {
    module: {
      os: 'Mac',
      cpu: file.cpu,
      debugId: `${uuid ?? '0'.repeat(32)}0`,
      debugFile: options.debugFile ?? name,
      ...(uuid !== undefined && { codeId: uuid }),
    },
    stack: (writer) => {
      const written = writeMachFrames([debug, program], sectionReading(input), writer)
      if (program !== undefined) writeCompactUnwind(program, written, writer, problems)
    },
  }
}

/** The file beside its other half: a dSYM has no code, and a program rarely debug information. */
function withCompanion({ options, problems }: DumpInput, file: MachFile, name: string): { program?: MachFile; debug?: MachFile } {
  const uuid = file.uuid ?? ''
  const hasDebug = debugSection(file, 'info') !== undefined
  if (file.fileType === dsymFileType) {
    const other = uuid === '' ? undefined : options.companions?.({ kind: 'macho', name, uuid })
    const program = other && samePart(other, file, 'program', problems)
    return { debug: file, ...(program !== undefined && { program }) }
  }
  if (hasDebug) return { program: file, debug: file }
  const other = uuid === '' ? undefined : options.companions?.({ kind: 'dsym', name, uuid })
  const debug = other && samePart(other, file, 'dSYM', problems)
  return { program: file, ...(debug !== undefined && { debug }) }
}

/** Names of a library's functions that outlive the stripping of its symbol table. */
function addExports(file: MachFile, { records, problems }: DumpInput, symbols: FunctionSymbols): void {
  readExportsTrie(file, problems, (name, address) => {
    if (symbols.nameAt(address) >= 0 || !isCode(file, address)) return
    symbols.addresses.push(address)
    symbols.sizes.push(0)
    symbols.names.push(records.names.add(name.startsWith('_') ? name.slice(1) : name))
  })
  symbols.close()
}

function addDebugInformation(file: MachFile, input: DumpInput, symbols: FunctionSymbols): void {
  const { options, records, problems } = input
  dumpDwarf({
    sections: machDwarfSections(file, sectionReading(input)),
    baseAddress: file.textAddress,
    codeRanges: machCodeRanges(file),
    symbolName: (address, preferred) => symbols.nameAt(address, preferred),
    symbolsIn: (start, end, found) => symbols.between(start, end, found),
    inlines: options.inlines ?? true,
    records,
    problems,
  })
}

/** Functions of which stripping left only the place: without them their code would be taken for that of the named function before. */
function addNameless(file: MachFile, { records, problems }: DumpInput, symbols: FunctionSymbols): void {
  const starts = readFunctionStarts(file, problems)
  for (let index = 0; index < starts.length; index++) {
    const address = starts.at(index) - file.textAddress
    if (symbols.nameAt(starts.at(index)) < 0) records.addPublic(address, records.names.add(`sub_${address.toString(16)}`))
  }
}

function isCode(file: MachFile, address: number): boolean {
  return file.sections.some((section) => section.executable && address >= section.address && address < section.address + section.size)
}

function moduleName(file: MachFile, fileName: string | undefined): string {
  return leafName(file.installName) ?? leafName(fileName) ?? 'unknown'
}
