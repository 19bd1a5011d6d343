import { maxFramesPerThread } from '../limits.ts'
import { symbolize } from '../symbolize.ts'
import type { FrameTrust, WalkedFrame } from './frame.ts'
import type { CallerRegisters, Unwinder } from './unwinder.ts'
import type { DumpWalk, ThreadWalk } from './walk.ts'

/** No program has code in its first page: a smaller return address is the end of the stack. */
const firstCodeAddress = 4096n

export interface WalkedThread {
  readonly frames: WalkedFrame[]
  readonly stopped: 'end' | 'frame_limit' | 'time_limit'
}

/** The frame of a context, without its callers. */
export function contextFrame(walk: DumpWalk, registers: ReadonlyMap<string, bigint>, instruction: bigint): WalkedFrame {
  return { instruction, trust: 'context', registers, symbols: symbolize(instruction, walk) }
}

/** From the innermost frame to the end of the stack. `maxFrames` and `isOutOfTime` end it early. */
export function walkThread(
  unwinder: Unwinder,
  walk: ThreadWalk,
  first: WalkedFrame,
  maxFrames: number,
  isOutOfTime: () => boolean,
): WalkedThread {
  const frames = [first]
  const limit = Math.min(maxFrames, maxFramesPerThread)
  let calleeOfCallee: WalkedFrame | undefined
  let callee = first
  for (;;) {
    const caller = callerOf(unwinder, walk, callee, calleeOfCallee)
    if (caller === undefined) return { frames, stopped: 'end' }
    if (frames.length >= limit) return { frames, stopped: 'frame_limit' }
    if (isOutOfTime()) return { frames, stopped: 'time_limit' }
    frames.push(caller)
    calleeOfCallee = callee
    callee = caller
  }
}

function callerOf(
  unwinder: Unwinder,
  walk: ThreadWalk,
  callee: WalkedFrame,
  calleeOfCallee: WalkedFrame | undefined,
): WalkedFrame | undefined {
  const [registers, trust] = callerRegisters(unwinder, walk, callee, calleeOfCallee)
  const returnAddress = registers?.get(unwinder.registers.instructionPointer)
  if (registers === undefined || returnAddress === undefined || returnAddress < firstCodeAddress) return undefined
  if (!unwinder.isProgress(registers, trust === 'cfi', callee)) return undefined
  const instruction = returnAddress - unwinder.callBytes
  return { instruction, trust, registers, symbols: symbolize(instruction, walk) }
}

function callerRegisters(
  unwinder: Unwinder,
  walk: ThreadWalk,
  callee: WalkedFrame,
  calleeOfCallee: WalkedFrame | undefined,
): [CallerRegisters | undefined, FrameTrust] {
  const byCfi = unwinder.callerByCfi(walk, callee, calleeOfCallee)
  if (byCfi !== undefined) return [byCfi, 'cfi']
  const byFramePointer = unwinder.callerByFramePointer(walk, callee)
  if (byFramePointer !== undefined) return [byFramePointer, 'frame_pointer']
  return [unwinder.callerByScan(walk, callee), 'scan']
}
