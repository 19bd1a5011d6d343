import type { ByteSource } from '../../byte-source.ts'
import type { SymbolRecords } from '../output/symbol-records.ts'
import type { Problems } from '../problem.ts'

/** Without `.debug_` (ELF, PE) or `__debug_` (Mach-O) and without `.dwo`. */
export type DwarfSectionName = 'info' | 'abbrev' | 'line' | 'str' | 'line_str' | 'ranges' | 'rnglists' | 'addr' | 'str_offsets' | 'cu_index'

/** One file's debug information, whatever the container: sections decompressed and relocated. Each is asked for once. */
export interface DwarfSections {
  readonly littleEndian: boolean
  section(name: DwarfSectionName): ByteSource | undefined
}

/** A unit whose rest is in another file (-gsplit-dwarf). */
export interface SplitUnit {
  readonly name: string
  readonly directory: string
  /** 16 hexadecimal digits. */
  readonly id: string
}

export interface DwarfInput {
  readonly sections: DwarfSections
  /** What dwz put into a file of its own. */
  readonly alternate?: DwarfSections | undefined
  /** Finds the file with the rest of a unit: its sections, and whether it is a package with an index. */
  readonly split?: ((wanted: SplitUnit) => DwarfSections | undefined) | undefined
  /** What addresses in the output are relative to. */
  readonly baseAddress: number
  /** Pairs of start and end of what is code, by address; what lies elsewhere was removed by the linker. */
  readonly codeRanges: readonly number[]
  /**
   * The number (of `records.names`) of a name that a symbol table has for exactly this address, or -1; `preferred` where it is one of them. A symbol
   * table knows copies and parts of functions, which the debug information names like the whole.
   */
  readonly symbolName?: (address: number, preferred: number) => number
  /** The size that a symbol table has for the function at exactly this address, or 0. */
  readonly symbolSize?: (address: number) => number
  /** Calls back for each symbol in a range of addresses: units without functions (assembly) get theirs from there. */
  readonly symbolsIn?: (start: number, end: number, found: (address: number, size: number, name: number) => void) => void
  /** INLINE records. Without them lines of inlined code are those of the outermost call. */
  readonly inlines: boolean
  readonly records: SymbolRecords
  readonly problems: Problems
}
