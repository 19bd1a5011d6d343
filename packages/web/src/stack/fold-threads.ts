import type { Frame, Thread } from './crash.ts'

export interface ThreadFold {
  /** The first of them, whose stack is shown for all. */
  readonly thread: Thread
  readonly threads: readonly Thread[]
}

/** Threads with equal stacks together, in the order in which each stack first appears; idle pools of forty threads become one line. */
export function foldThreads(threads: readonly Thread[]): ThreadFold[] {
  const folds = new Map<string, Thread[]>()
  for (const thread of threads) {
    const key = thread.frames.map(frameKey).join('\n')
    const fold = folds.get(key)
    if (fold === undefined) folds.set(key, [thread])
    else fold.push(thread)
  }
  return [...folds.values()].flatMap(([first, ...others]) => (first === undefined ? [] : [{ thread: first, threads: [first, ...others] }]))
}

/** The place in code that a frame stands at; a thread's own data does not count. */
export function frameKey(frame: Frame): string {
  if (frame.module !== undefined) return `${frame.module}+${frame.moduleOffset ?? ''}`
  return frame.function ?? frame.address ?? ''
}
