import type { CpuContext } from '../context/cpu-context.ts'
import type { Location } from '../location.ts'
import type { MemoryRange } from '../memory-map.ts'

export interface Thread {
  readonly id: number
  readonly suspendCount: number
  readonly priorityClass: number
  readonly priority: number
  readonly tebAddress: bigint
  /** The thread's own copy of its stack; where that is unreadable, the memory range that holds its start. Cut at the end of the file. */
  readonly stack: MemoryRange | undefined
  readonly context: CpuContext | undefined
  readonly contextLocation: Location
  /** From the ThreadNames stream. */
  readonly name?: string
}
