import type { CpuContext, Minidump, Thread } from '@crashkeep/minidump'

/** Which threads of a dump are special, by index in its list. */
export interface ThreadRoles {
  /** The one that crashed or asked for the dump. */
  readonly crashing: number | null
  /** Those that wrote the dump: they were not part of the program's work. */
  readonly dumpWriters: ReadonlySet<number>
}

export function threadRoles(dump: Minidump, threads: readonly Thread[]): ThreadRoles {
  const writer = dump.breakpadInfo?.dumpThreadId
  const dumpWriters = new Set(threads.flatMap((thread, index) => (thread.id === writer ? [index] : [])))
  const wanted = dump.exception?.threadId ?? dump.breakpadInfo?.requestingThreadId
  const index = threads.findLastIndex((thread, at) => thread.id === wanted && !dumpWriters.has(at))
  return { crashing: index < 0 ? null : index, dumpWriters }
}

/** The crashing thread's own context is from after the crash, inside of the handler; the exception's is from the crash. */
export function contextOf(dump: Minidump, thread: Thread, isCrashing: boolean): CpuContext | undefined {
  return (isCrashing ? dump.exception?.context : undefined) ?? thread.context
}
