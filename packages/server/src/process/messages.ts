/** What parent and child say to each other. The child has read hostile bytes: what it says is checked by `check-message.ts`. */
import type { PageFacts } from '../store/database/report-index.ts'

export type Task = ReportTask | ConvertTask | MergeTask | UnpackTask | IndexTask | SymbolicateTask

export interface ReportTask {
  readonly kind: 'minidump' | 'browser' | 'error'
  readonly inputPath: string
  /** Where the child writes processed.json; inside the only folder that it may write to. */
  readonly outputPath: string
  readonly fields: readonly (readonly [string, string])[]
  /** Unix milliseconds, given so that the child needs no clock. */
  readonly now: number
  readonly receivedAt: number
  /** Of a browser: other reports of the same death. */
  readonly documents?: readonly { readonly path: string; readonly receivedAt: number }[]
}

/** A debug file, to be written as Breakpad's text: see convert-symbols.ts. */
export interface ConvertTask {
  readonly kind: 'convert'
  readonly inputPath: string
  /** As the sender calls it; its last part names the module where the file itself does not. */
  readonly fileName: string
  /** Where the child writes `0`, `1`, … for the modules in it; inside the only folder that it may write to. */
  readonly outputFolder: string
  /** Other files of the same upload: a PE's PDB, units of -gsplit-dwarf. */
  readonly beside: readonly { readonly path: string; readonly name: string }[]
}

/** Two symbol files of one module, to be put together: see merge-symbols.ts. */
export interface MergeTask {
  readonly kind: 'merge'
  /** Gives functions, lines and publics. */
  readonly functionsPath: string
  /** Gives what unwinds. */
  readonly unwindPath: string
  readonly outputPath: string
}

/** A cabinet of a symbol server: see unpack-cabinet.ts. */
export interface UnpackTask {
  readonly kind: 'unpack'
  readonly inputPath: string
  readonly outputPath: string
  /** A file that would be larger is given up. */
  readonly maxBytes: number
}

/** The index of a symbol file, so that who needs the file later does not read all of it: see symbol-indexes.ts. */
export interface IndexTask {
  readonly kind: 'index'
  readonly symbolPath: string
  readonly outputPath: string
}

/** Addresses of somebody's own stacks, to be named: see symbolicate.ts. */
export interface SymbolicateTask {
  readonly kind: 'symbolicate'
  /** JSON of Symbolication. */
  readonly inputPath: string
  /** The child writes the answer here. */
  readonly outputPath: string
}

export interface ModuleAsked {
  readonly debugFile: string
  readonly debugId: string
  readonly codeFile?: string
  readonly codeId?: string
}

export type ToChild =
  | { readonly type: 'task'; readonly task: Task }
  | { readonly type: 'symbols'; readonly paths: readonly (string | null)[] }

export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'modules'; readonly modules: readonly ModuleAsked[] }
  | { readonly type: 'done'; readonly summary: Summary }
  | { readonly type: 'converted'; readonly modules: readonly ConvertedModule[] }
  /** The input itself is at fault: doing it again would end the same way. */
  | { readonly type: 'unreadable'; readonly code: string; readonly message: string }
  /** Our code is at fault. */
  | { readonly type: 'error'; readonly message: string }

export interface SummaryProblem {
  readonly code: string
  readonly message: string
}

/** The part of a result that becomes rows; everything else is in the file. */
export interface Summary {
  readonly signature: string
  readonly rulesVersion: number
  readonly reason: string | null
  readonly platform: string | null
  /** Unix milliseconds. */
  readonly crashedAt: number | null
  readonly annotations: readonly (readonly [string, string])[]
  readonly page?: PageFacts
  readonly problems: readonly SummaryProblem[]
  readonly modules: readonly (ModuleAsked & { readonly hadSymbols: boolean })[]
}

/** The file of that number in the task's folder. */
export interface ConvertedModule {
  readonly format: string
  readonly debugFile: string
  readonly debugId: string
  readonly codeId: string | null
  readonly functions: number
  readonly publics: number
  /** Whether the debug file has the program's code, and more than names of functions. */
  readonly hasCode: boolean
  readonly hasDebug: boolean
  readonly problems: readonly SummaryProblem[]
}
