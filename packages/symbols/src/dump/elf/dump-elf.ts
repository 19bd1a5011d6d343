import { leafName } from '../../symbol-path.ts'
import { dumpDwarf } from '../dwarf/dump-dwarf.ts'
import type { DumpedFile, DumpInput } from '../input.ts'
import { codeRanges } from './code-ranges.ts'
import { type ElfFile, readElfFile } from './elf-file.ts'
import { dumpElfFrames } from './elf-frames.ts'
import { debugIdOf, elfCpu, elfIdentifier, hexOf, soname } from './elf-ids.ts'
import { dwarfSections } from './elf-sections.ts'
import { FunctionSymbols, readFunctionSymbols } from './elf-symbols.ts'

export function dumpElf({ source, options, records, problems }: DumpInput): DumpedFile {
  const file = readElfFile(source, (code, message) => problems.add(code, message))
  const identifier = elfIdentifier(file)
  const symbols = new FunctionSymbols()
  problems.guard(() => readFunctionSymbols(file, records.names, symbols))
  symbols.close()
  const reading = { decompress: options.decompress, problems, decompressed: 0 }
  problems.guard(() =>
    dumpDwarf({
      sections: dwarfSections(file, reading),
      baseAddress: file.baseAddress,
      codeRanges: codeRanges(file),
      symbolName: (address, preferred) => symbols.nameAt(address, preferred),
      symbolsIn: (start, end, found) => symbols.between(start, end, found),
      inlines: options.inlines ?? true,
      records,
      problems,
    }),
  )
  for (let index = 0; index < symbols.addresses.length; index++) {
    records.addPublic(symbols.addresses.at(index) - file.baseAddress, symbols.names.at(index), symbols.sizes.at(index))
  }
  return {
    stack: (writer) => dumpElfFrames(file, reading, writer),
    module: {
      os: 'Linux',
      cpu: elfCpu(file),
      debugId: debugIdOf(identifier, file.littleEndian),
      debugFile: options.debugFile ?? moduleName(file, options.fileName),
      ...(identifier !== undefined && { codeId: hexOf(identifier).toUpperCase() }),
    },
  }
}

function moduleName(file: ElfFile, fileName: string | undefined): string {
  return leafName(soname(file)) ?? leafName(fileName) ?? 'unknown'
}
