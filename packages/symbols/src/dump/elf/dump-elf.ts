import { leafName } from '../../symbol-path.ts'
import { dumpDwarf } from '../dwarf/dump-dwarf.ts'
import type { DumpedFile, DumpInput } from '../input.ts'
import type { SymbolRecords } from '../output/symbol-records.ts'
import { codeRanges } from './code-ranges.ts'
import { findAlternate, findDebugFile, hasDwarf, miniDebugFile, splitFinder } from './elf-companions.ts'
import { type ElfFile, readElfFile, sectionExecutable } from './elf-file.ts'
import { dumpElfFrames } from './elf-frames.ts'
import { debugIdOf, elfCpu, elfIdentifier, hexOf, soname } from './elf-ids.ts'
import { dwarfSections } from './elf-sections.ts'
import { FunctionSymbols, readFunctionSymbols } from './elf-symbols.ts'

export function dumpElf({ source, options, records, problems }: DumpInput): DumpedFile {
  const file = readElfFile(source, (code, message) => problems.add(code, message))
  const reading = { decompress: options.decompress, problems, records, decompressed: 0 }
  const debug = hasDwarf(file) ? file : (findDebugFile(file, options.companions, reading) ?? file)
  const symbols = new FunctionSymbols()
  const mini = miniDebugFile(file, reading)
  for (const from of new Set([debug, file, mini])) {
    if (from !== undefined) problems.guard(() => readFunctionSymbols(from, records.names, symbols))
  }
  symbols.close()
  const { baseAddress } = debug
  problems.guard(() =>
    dumpDwarf({
      sections: dwarfSections(debug, reading),
      alternate: findAlternate(debug, options.companions, reading),
      split: splitFinder(options.fileName, options.companions, reading),
      baseAddress,
      codeRanges: codeRanges(debug),
      symbolName: (address, preferred) => symbols.nameAt(address - baseAddress, preferred),
      symbolsIn: (start, end, found) =>
        symbols.between(start - baseAddress, end - baseAddress, (address, size, name) => found(address + baseAddress, size, name)),
      inlines: options.inlines ?? true,
      records,
      problems,
    }),
  )
  for (let index = 0; index < symbols.addresses.length; index++) {
    records.addPublic(symbols.addresses.at(index), symbols.names.at(index), symbols.sizes.at(index))
  }
  const debugFile = options.debugFile ?? leafName(soname(file)) ?? leafName(options.fileName) ?? 'unknown'
  addSections(file, symbols, debugFile, records)
  const identifier = elfIdentifier(file)
  return {
    module: {
      os: 'Linux',
      cpu: elfCpu(file),
      debugId: debugIdOf(identifier, file.littleEndian),
      debugFile,
      ...(identifier !== undefined && { codeId: hexOf(identifier).toUpperCase() }),
    },
    stack: (writer) => dumpElfFrames(file, debug, reading, writer),
  }
}

/** Sections with code, but without a symbol at their start (linkage tables), would seem to belong to the function before. */
function addSections(file: ElfFile, symbols: FunctionSymbols, debugFile: string, records: SymbolRecords): void {
  for (const { flags, address, name } of file.sections) {
    const start = address - file.baseAddress
    if ((flags & sectionExecutable) === 0 || symbols.nameAt(start) >= 0) continue
    records.addPublic(start, records.names.add(`<${name} ELF section in ${debugFile}>`))
  }
}
