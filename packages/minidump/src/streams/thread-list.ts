import type { CpuContext } from '../context/cpu-context.ts'
import { readContext } from '../context/read-context.ts'
import type { DumpView } from '../dump-view.ts'
import { maxThreads } from '../limits.ts'
import type { Location } from '../location.ts'
import { type MemoryMap, type MemoryRange, memoryRange } from '../memory-map.ts'
import { readCountedList, readLocation } from './lists.ts'
import type { SystemInfo } from './system-info.ts'

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

const stream = 'ThreadList'

/** What the rest of the dump says about threads. */
export interface ThreadSurroundings {
  readonly system: SystemInfo | undefined
  readonly memory: MemoryMap
  readonly names: ReadonlyMap<number, string>
}

export function readThreadList(dump: DumpView, at: Location, around: ThreadSurroundings): Thread[] | undefined {
  const list = readCountedList(dump, at, { stream, entrySize: 48, maximum: maxThreads })
  if (list === undefined) return undefined
  const threads: Thread[] = []
  for (let i = 0; i < list.count; i++) {
    const entry = list.at(i)
    const id = list.fields.u32(entry)
    const name = around.names.get(id)
    const contextLocation = readLocation(list.fields, entry + 40)
    threads.push({
      id,
      suspendCount: list.fields.u32(entry + 4),
      priorityClass: list.fields.u32(entry + 8),
      priority: list.fields.u32(entry + 12),
      tebAddress: list.fields.u64(entry + 16),
      stack: readStack(dump, list.fields.u64(entry + 24), readLocation(list.fields, entry + 32), around.memory),
      context: readContext(dump, contextLocation, around.system, stream),
      contextLocation,
      ...(name !== undefined && { name }),
    })
  }
  return threads
}

/** Full dumps of Windows give no bytes here and expect the reader to find the stack in Memory64List. */
function readStack(dump: DumpView, startAddress: bigint, at: Location, memory: MemoryMap): MemoryRange | undefined {
  const own = at.rva === 0 ? undefined : memoryRange(dump, startAddress, at.size, at.rva, stream)
  return own ?? memory.rangeAt(startAddress)
}
