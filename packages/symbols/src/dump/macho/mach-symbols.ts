import type { FunctionSymbols } from '../elf/elf-symbols.ts'
import type { NameTable } from '../output/name-table.ts'
import type { Problems } from '../problem.ts'
import { partOf, WindowedBytes } from '../window.ts'
import { maxSymbolNameBytes, maxSymbols, symbolWindowBytes } from './limits.ts'
import type { MachFile } from './mach-file.ts'
import { MachReader } from './mach-reader.ts'

/** Bits of `n_type`: any of these says that the entry is for debuggers. */
const debuggerMask = 0xe0
const typeMask = 0x0e
const inSection = 0x0e
/** `N_OSO`: the path of an object file in which the debug information stayed. */
const objectFileEntry = 0x66
/** `N_ARM_THUMB_DEF` of `n_desc`. */
const thumb = 0x8
const underscore = 0x5f

export interface SymbolTableFacts {
  /** Object files that hold debug information of this program. */
  readonly objectFiles: number
}

/**
 * Reads the functions of the symbol table: what lies in `__text` and `__stubs`, as Mozilla's dump_syms takes them, and in other sections with code.
 * Addresses are the file's own; names lose the underscore that the compiler put before each.
 */
export function readMachSymbols(file: MachFile, names: NameTable, into: FunctionSymbols, problems: Problems): SymbolTableFacts {
  const table = file.symbols
  let objectFiles = 0
  if (table === undefined) return { objectFiles }
  if (table.count > maxSymbols) problems.add('macho_too_many_symbols', `Of ${table.count} symbols the first ${maxSymbols} were read.`)
  const code = file.sections.map(
    ({ name, segment, executable }) => segment === '__TEXT' && (executable || name === '__text' || name === '__stubs'),
  )
  const entrySize = file.is64 ? 16 : 12
  const source = partOf(file.source, table.offset, Math.min(table.count, maxSymbols) * entrySize)
  const strings = new WindowedBytes(partOf(file.source, table.strings.offset, table.strings.size))
  const step = Math.floor(symbolWindowBytes / entrySize) * entrySize
  for (let offset = 0; offset + entrySize <= source.size; offset += step) {
    const reader = new MachReader(source.read(offset, step), file.littleEndian)
    for (let at = 0; at + entrySize <= reader.size; at += entrySize) {
      const type = reader.u8(at + 4)
      if ((type & debuggerMask) !== 0) {
        if (type === objectFileEntry) objectFiles++
        continue
      }
      if ((type & typeMask) !== inSection || code[reader.u8(at + 5) - 1] !== true) continue
      const value = file.is64 ? reader.u64(at + 8) : reader.u32(at + 8)
      if (value < file.textAddress) continue
      const name = addName(strings, reader.u32(at), names)
      if (name < 0) continue
      into.addresses.push((reader.u16(at + 6) & thumb) !== 0 && value % 2 === 1 ? value - 1 : value)
      into.sizes.push(0)
      into.names.push(name)
    }
  }
  return { objectFiles }
}

/** -1: no name. */
function addName(strings: WindowedBytes, offset: number, names: NameTable): number {
  if (offset === 0 || offset >= strings.size) return -1
  for (let length = 256; ; length *= 8) {
    let start = strings.at(offset, length)
    const end = strings.bytes.indexOf(0, start)
    const found = end >= 0 && end <= start + length
    if (!found && length < maxSymbolNameBytes && offset + length < strings.size) continue
    const stop = found ? end : Math.min(start + length, strings.bytes.length)
    if (strings.bytes[start] === underscore) start++
    return stop <= start ? -1 : names.addBytes(strings.bytes, start, stop)
  }
}
