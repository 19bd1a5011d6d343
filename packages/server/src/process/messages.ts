/** What parent and child say to each other. The child has read hostile bytes: what it says is checked by `check-message.ts`. */
import type { PageFacts } from '../store/database/report-index.ts'

export interface Task {
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
