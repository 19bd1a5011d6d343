import type { CpuContext, Minidump, Thread } from '@crashkeep/minidump'
import { contextOf, type ThreadRoles } from '../crashing-thread.ts'
import { maxFramesPerThread } from '../limits.ts'
import type { ProcessedProblem } from '../processed-crash.ts'
import { pointerBytes } from '../register-set.ts'
import { StackMemory } from '../stack-memory.ts'
import type { WalkedFrame } from './frame.ts'
import { unwinders } from './unwinders.ts'
import type { DumpWalk } from './walk.ts'
import { contextFrame, type WalkedThread, walkThread } from './walk-thread.ts'

export interface WalkLimits {
  readonly framesPerThread: number
  readonly framesPerDump: number
  readonly isOutOfTime: () => boolean
}

/**
 * Walks every thread and hands its frames on, thread by thread. The crashing thread comes first: when frames or time run out,
 * it is the one that matters. The rest keep at least the frame of their context.
 */
export function walkThreads(
  dump: Minidump,
  threads: readonly Thread[],
  roles: ThreadRoles,
  walk: DumpWalk,
  limits: WalkLimits,
  onThread: (index: number, frames: readonly WalkedFrame[]) => void,
): ProcessedProblem[] {
  const order = threads.map((_, index) => index)
  if (roles.crashing !== null) order.unshift(...order.splice(roles.crashing, 1))
  const stopped = { end: 0, frame_limit: 0, time_limit: 0 }
  let framesLeft = limits.framesPerDump
  for (const index of order) {
    const thread = threads[index]
    const context = thread && !roles.dumpWriters.has(index) ? contextOf(dump, thread, index === roles.crashing) : undefined
    if (thread === undefined || context === undefined) {
      onThread(index, [])
      continue
    }
    const walked = walkStack(dump, thread, context, walk, Math.min(limits.framesPerThread, framesLeft), limits.isOutOfTime)
    framesLeft -= walked.frames.length
    stopped[walked.stopped]++
    onThread(index, walked.frames)
  }
  return limitProblems(stopped)
}

function walkStack(
  dump: Minidump,
  thread: Thread,
  context: CpuContext,
  walk: DumpWalk,
  maxFrames: number,
  isOutOfTime: () => boolean,
): WalkedThread {
  const first = contextFrame(walk, context.registers, context.instructionPointer)
  const stack = stackOf(dump, thread, context)
  if (stack === undefined) return { frames: [first], stopped: 'end' }
  return walkThread(unwinders[context.cpu], { ...walk, stack }, first, Math.max(1, Math.min(maxFrames, maxFramesPerThread)), isOutOfTime)
}

/** The range that the stack pointer is in: the exception may have happened on another stack than the thread lists. */
function stackOf(dump: Minidump, thread: Thread, context: CpuContext): StackMemory | undefined {
  const own = thread.stack
  const sp = context.stackPointer
  const ownHolds = own !== undefined && sp >= own.startAddress && sp + 8n <= own.startAddress + BigInt(own.size)
  const range = ownHolds ? own : (dump.memory.rangeAt(sp) ?? own)
  if (range === undefined || range.size <= 0 || range.startAddress + BigInt(range.size) > 1n << 64n) return undefined
  return new StackMemory(dump.source, range, pointerBytes(context.cpu), dump.littleEndian)
}

function limitProblems(stopped: { frame_limit: number; time_limit: number }): ProcessedProblem[] {
  const problems: ProcessedProblem[] = []
  const add = (count: number, code: string, message: string) => {
    if (count > 0) problems.push({ code, message })
  }
  add(stopped.frame_limit, 'frame_limit', `${threadCount(stopped.frame_limit)} cut at the limit of frames; outer frames are missing.`)
  add(stopped.time_limit, 'time_limit', `The time for walking stacks ran out: ${threadCount(stopped.time_limit)} incomplete.`)
  return problems
}

function threadCount(count: number): string {
  return count === 1 ? '1 thread is' : `${count} threads are`
}
