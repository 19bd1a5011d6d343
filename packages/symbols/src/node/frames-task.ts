import type { MessagePort } from 'node:worker_threads'
import type { FramesJob } from '../dump/frames/frames-job.ts'
import type { DumpProblem } from '../dump/problem.ts'

/** What the thread of `framesThread` is told. */
export interface FramesTask {
  readonly path: string
  /** Of the file that was opened first. */
  readonly modifiedNs: bigint
  readonly job: FramesJob
  readonly port: MessagePort
  /** Pieces that were sent, and those that were taken. */
  readonly counts: Int32Array<SharedArrayBuffer>
  readonly maxAhead: number
}

/** What it says: pieces of text, then `problems`; undefined where the file cannot be read, or is another one now. */
export type FramesAnswer = Uint8Array | { readonly problems: readonly DumpProblem[] | undefined }

/** Who waits for the other so long has lost it: of a thread that died of memory nothing is heard. */
export const stallMs = 60_000
