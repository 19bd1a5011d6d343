import type { PointerBytes } from './address.ts'
import type { FunctionArguments } from './function-arguments.ts'
import type { KnownRegisters } from './kept-registers.ts'
import type { UnreadStream } from './unread-streams.ts'

// What the text form shows and the JSON form has no place for. It hangs on the result under symbols, which JSON leaves out:
// a crash that was read back from JSON prints without it.

export const frameDetail: unique symbol = Symbol('text detail of a frame')
export const crashDetail: unique symbol = Symbol('text detail of a crash')
/** Whether execution would have gone on right behind the crashing instruction. */
export const continuesBehind: unique symbol = Symbol('no update of the instruction pointer')

export interface FrameDetail {
  readonly registers: KnownRegisters
  /** Bytes from the start of the line's code to the instruction. */
  readonly lineDelta?: number
  /** The same from the start of the innermost inlined call's line. */
  readonly innermostLineDelta?: number
  /** Only when they were asked for. */
  readonly arguments?: FunctionArguments
}

export interface CrashDetail {
  readonly pointerBytes: PointerBytes
  /** Names of all general registers in the order in which they are printed. */
  readonly registerOrder: readonly string[]
  /** Indexes of the threads that wrote the dump; they are left out. */
  readonly dumpThreads: ReadonlySet<number>
  /** Modules by address, without those that lie inside others. */
  readonly modulesByAddress: readonly number[]
  readonly unreadStreams: readonly UnreadStream[]
  /** Version and build as they stand in the dump. */
  readonly osVersion: string
  readonly exception: { readonly code: number; readonly flags: number } | undefined
}
