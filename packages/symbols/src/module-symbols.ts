/**
 * What is known about the code of one module. Offsets count from the module's base and are below 2^32,
 * as a minidump's module size is; nothing is ever found beyond that.
 */
export interface ModuleSymbols {
  readonly module: { readonly os: string; readonly cpu: string; readonly debugId: string; readonly debugFile: string }
  readonly info: { readonly codeId?: string; readonly codeFile?: string; readonly url?: string; readonly generator?: string }
  /**
   * Lines that were skipped when the file was opened: of no known kind, unreadable, in no place where they mean something, or beyond a limit.
   * Line records, INLINE and what follows a STACK CFI INIT are judged by their first letters only. Records that lose against an overlapping one are not bad.
   */
  readonly badLines: number
  /** Memory that the index holds, for whoever keeps many modules open. */
  readonly indexBytes: number
  /** Reads that failed after the file was opened (it is gone, the disk is broken); less was found then than the file may tell. */
  readonly readFailures: number
  lookup(offset: number): SymbolLookup | undefined
  /** Whether `lookup` would find a function: a search in the index alone, cheap enough for every word of a stack. */
  hasFunction(offset: number): boolean
  cfiAt(offset: number): CfiRecord | undefined
  /** Frame data where there is some, else FPO data. */
  winAt(offset: number): StackWinRecord | undefined
  close?(): void
}

export interface SourcePosition {
  file?: string
  /** 0 where a compiler says that the code stands for no line of its file; inlined calls then have none. */
  line?: number
}

export interface SymbolLookup extends SourcePosition {
  function: string
  /** Where the function (or the public symbol) starts. */
  functionOffset: number
  parameterSize: number
  /** Where the code of `line` starts: of its record, or with inlines of the range of the outermost one. */
  lineOffset?: number
  /** With inlines: where the code of the innermost one's line starts. */
  innermostLineOffset?: number
  /** Innermost first. With inlines, `file` and `line` above are the call site of the outermost one. */
  inlines: InlinedCall[]
}

export interface InlinedCall extends SourcePosition {
  function: string
}

/** `STACK CFI`: rules as text, `REG: EXPR` pairs. */
export interface CfiRecord {
  startOffset: number
  size: number
  init: string
  /** Those that hold at the offset asked for, lowest offset first; a later one overrides. */
  deltas: CfiDelta[]
}

export interface CfiDelta {
  offset: number
  rules: string
}

/** `STACK WIN`. Sizes in bytes. */
export type StackWinRecord = StackWinFrameData | StackWinFpo

export interface StackWinSizes {
  startOffset: number
  size: number
  prologSize: number
  epilogSize: number
  parameterSize: number
  savedRegisterSize: number
  localSize: number
  maxStackSize: number
}

export interface StackWinFrameData extends StackWinSizes {
  kind: 'frame-data'
  program: string
}

export interface StackWinFpo extends StackWinSizes {
  kind: 'fpo'
  allocatesBasePointer: boolean
}
