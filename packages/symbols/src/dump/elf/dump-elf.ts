import { leafName } from '../../symbol-path.ts'
import { dumpDwarf } from '../dwarf/dump-dwarf.ts'
import type { DumpedFile, DumpInput } from '../input.ts'
import type { SymbolRecords } from '../output/symbol-records.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import { codeRanges } from './code-ranges.ts'
import { findAlternate, findDebugFile, hasDwarf, miniDebugFile, splitFinder } from './elf-companions.ts'
import { type ElfFile, readElfFile, sectionExecutable } from './elf-file.ts'
import { dumpElfFrames, startElfFrames } from './elf-frames.ts'
import { debugIdOf, elfCpu, elfIdentifier, hexOf, soname } from './elf-ids.ts'
import { dwarfSections, type SectionReading, sectionReading } from './elf-sections.ts'
import { FunctionSymbols, readFunctionSymbols } from './elf-symbols.ts'

/** `e_type` of an object that was not linked yet: its addresses are not known. */
const unlinked = 1

export function dumpElf(input: DumpInput): DumpedFile {
  const { source, options, records, problems } = input
  const file = readElfFile(source, (code, message) => problems.add(code, message))
  const reading = sectionReading(input)
  const debugFile = options.debugFile ?? leafName(soname(file)) ?? leafName(options.fileName) ?? 'unknown'
  const identifier = elfIdentifier(file)
  const module = {
    os: 'Linux',
    cpu: elfCpu(file),
    debugId: debugIdOf(identifier, file.littleEndian),
    debugFile,
    ...(identifier !== undefined && { codeId: hexOf(identifier).toUpperCase() }),
  }
  if (file.type === unlinked) {
    problems.add('unlinked', 'The file is an object that was not linked (.o, .ko): its functions have no addresses yet.')
    return { module }
  }
  const separate = hasDwarf(file) ? undefined : problems.guard(() => findDebugFile(file, options.companions, reading))
  const debug = separate ?? file
  const apart = startElfFrames(file, debug, options.framesApart)
  const symbols = addSymbols(input, reading, file, debug)
  addSections(file, symbols, debugFile, records)
  const stack = (writer: SymbolWriter): void => {
    const found = apart?.((piece) => writer.whole(piece))
    if (found === undefined) dumpElfFrames(file, debug, reading, writer)
    else for (const { code, message } of found) problems.add(code, message)
  }
  return { module, stack }
}

/** Functions of the debug information, then the symbols, by which they are named. */
function addSymbols({ options, records, problems }: DumpInput, reading: SectionReading, file: ElfFile, debug: ElfFile): FunctionSymbols {
  const symbols = new FunctionSymbols()
  for (const from of new Set([debug, file, miniDebugFile(file, reading)])) {
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
      symbolSize: (address) => symbols.sizeAt(address - baseAddress),
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
  return symbols
}

/** Sections with code, but without a symbol at their start (linkage tables), would seem to belong to the function before. */
function addSections(file: ElfFile, symbols: FunctionSymbols, debugFile: string, records: SymbolRecords): void {
  for (const { flags, address, name } of file.sections) {
    const start = address - file.baseAddress
    if ((flags & sectionExecutable) === 0 || symbols.nameAt(start) >= 0) continue
    records.addPublic(start, records.names.add(`<${name} ELF section in ${debugFile}>`))
  }
}
