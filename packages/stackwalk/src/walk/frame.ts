/** How a frame was found. Names are those of the JSON output. */
export type FrameTrust = 'context' | 'cfi' | 'frame_pointer' | 'scan'

/** A frame while the stack is walked. */
export interface WalkedFrame {
  /** Where the frame is looked up: the instruction pointer of the context, in callers an address inside of the call instruction. */
  readonly instruction: bigint
  readonly trust: FrameTrust
  /** Only registers whose value is known. */
  readonly registers: ReadonlyMap<string, bigint>
  readonly symbols: FrameSymbols | undefined
}

/** What the module and its symbols say about a frame. */
export interface FrameSymbols {
  readonly moduleIndex: number
  readonly moduleOffset: number
  readonly function?: FrameFunction
}

export interface FrameFunction {
  readonly name: string
  readonly startOffset: number
  /** Bytes of arguments on the stack; unwinding by STACK WIN needs the one of the callee's callee. */
  readonly parameterSize: number
  readonly file?: string
  readonly line?: number
  /** Where the line's code starts, when the symbols know. */
  readonly lineOffset?: number
  /** Where the code of the innermost inlined call's line starts. */
  readonly innermostLineOffset?: number
  readonly inlines: readonly InlineFrame[]
}

export interface InlineFrame {
  readonly function: string
  readonly file: string | null
  readonly line: number | null
}
