import type { ByteSource } from '../byte-source.ts'
import type { ByteDemangler } from '../demangle/create-demangler.ts'
import type { FramesApart, FramesJob } from './frames/frames-job.ts'
import type { SymbolRecords } from './output/symbol-records.ts'
import type { DumpedModule, SymbolWriter } from './output/symbol-writer.ts'
import type { Problems } from './problem.ts'

/** Another file that belongs to this one. The finder checks nothing: ids are compared here. */
export type Companion =
  /** A separate debug file, `.build-id/ab/cdef….debug`. */
  | { readonly kind: 'build-id'; readonly buildId: string }
  /** `.gnu_debuglink`: a file beside, in `.debug/`, or below /usr/lib/debug. */
  | { readonly kind: 'debuglink'; readonly name: string; readonly crc: number }
  /** `.gnu_debugaltlink`: what dwz shared between several files. */
  | { readonly kind: 'dwz'; readonly name: string; readonly buildId: string }
  /** A unit of -gsplit-dwarf; `directory` is where it was compiled. */
  | { readonly kind: 'dwo'; readonly name: string; readonly directory: string; readonly id: string }
  /** All units of -gsplit-dwarf in one file, usually NAME.dwp. */
  | { readonly kind: 'dwp'; readonly name: string }
  /** A PE's PDB, or a PDB's PE. */
  | { readonly kind: 'pdb'; readonly name: string; readonly debugId: string }
  | { readonly kind: 'pe'; readonly name: string; readonly debugId: string }
  /** A Mach-O's dSYM. */
  | { readonly kind: 'dsym'; readonly name: string; readonly uuid: string }
  /** A dSYM's program. */
  | { readonly kind: 'macho'; readonly name: string; readonly uuid: string }

export type Compression = 'zlib' | 'zstd'

/** A demangler; with the form for bytes, as those of `@crashkeep/symbols/demangle` have it, writing takes half the time. */
export type DumpDemangler = ((name: string) => string) & { readonly ofBytes?: ByteDemangler }

export interface DumpOptions {
  /** The file's name or path; its leaf names the module where the file itself does not. */
  readonly fileName?: string
  /** Names the module instead. */
  readonly debugFile?: string
  /** INLINE records; yes unless false. Without them each address keeps the line of the outermost call. */
  readonly inlines?: boolean
  readonly demangle?: DumpDemangler
  readonly companions?: (wanted: Companion) => ByteSource | undefined
  /** Must give exactly `size` bytes or throw. */
  readonly decompress?: (kind: Compression, bytes: Uint8Array, size: number) => Uint8Array
  /** Begins to write STACK records in another thread; undefined: it is not worth it, or cannot be. `framesThread` of `@crashkeep/symbols/node` is one. */
  readonly framesApart?: (job: FramesJob) => FramesApart | undefined
  /** Chunks of text are the sink's only until it returns: for sinks that write them down at once. A large file's are much garbage otherwise. */
  readonly lendsChunks?: boolean
  /** Which part of a fat Mach-O, as MODULE names it: `x86_64`, `arm64`. */
  readonly arch?: string
}

/** What each format's dumper gets. */
export interface DumpInput {
  readonly source: ByteSource
  readonly options: DumpOptions
  readonly records: SymbolRecords
  readonly problems: Problems
}

/** What each format's dumper gives back after it filled `records`: the rest is written behind them. */
export interface DumpedFile {
  readonly module: DumpedModule
  /** Writes STACK records. */
  readonly stack?: (writer: SymbolWriter) => void
}
