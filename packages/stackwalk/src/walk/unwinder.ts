import type { RegisterSet } from '../register-set.ts'
import type { WalkedFrame } from './frame.ts'
import type { ThreadWalk } from './walk.ts'

/** Registers of a caller. They hold at least the instruction pointer and the stack pointer. */
export type CallerRegisters = Map<string, bigint>

/**
 * How stacks of one CPU are unwound. The three ways are tried in this order; each returns `undefined` when it does not apply.
 * Adding a CPU is a file with these functions and a row in unwinders.ts.
 */
export interface Unwinder {
  readonly registers: RegisterSet
  /** From a return address back to an address inside of the call. */
  readonly callBytes: bigint
  /** `calleeOfCallee` is undefined for the context frame. */
  callerByCfi(walk: ThreadWalk, callee: WalkedFrame, calleeOfCallee: WalkedFrame | undefined): CallerRegisters | undefined
  callerByFramePointer(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined
  callerByScan(walk: ThreadWalk, callee: WalkedFrame): CallerRegisters | undefined
  /** Whether going on from this caller brings the walk closer to its end: what keeps a damaged stack from walking for ever. */
  isProgress(caller: CallerRegisters, byCfi: boolean, callee: WalkedFrame): boolean
}
