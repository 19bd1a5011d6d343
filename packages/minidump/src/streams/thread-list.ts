import type { CpuContext } from '../context/cpu-context.ts'
import { readContext } from '../context/read-context.ts'
import type { DumpView } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import { maxThreads } from '../limits.ts'
import type { Location } from '../location.ts'
import { type MemoryMap, type MemoryRange, memoryRange } from '../memory-map.ts'
import { type ListShape, readCountedList, readLocation } from './lists.ts'
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
  /** Itanium keeps registers on a second stack; only ThreadExList has it. */
  readonly backingStore?: MemoryRange
  /** From the ThreadNames stream. */
  readonly name?: string
}

/** ThreadExList has the same entries with another memory descriptor behind each. */
type ThreadStream = 'ThreadList' | 'ThreadExList'

const shapes: Readonly<Record<ThreadStream, ListShape>> = {
  ThreadList: { stream: 'ThreadList', entrySize: 48, maximum: maxThreads },
  ThreadExList: { stream: 'ThreadExList', entrySize: 64, maximum: maxThreads },
}

/** What the rest of the dump says about threads. */
export interface ThreadSurroundings {
  readonly system: SystemInfo | undefined
  readonly memory: MemoryMap
  readonly names: ReadonlyMap<number, string>
}

export function readThreadList(
  dump: DumpView,
  at: Location,
  around: ThreadSurroundings,
  stream: ThreadStream = 'ThreadList',
): Thread[] | undefined {
  const list = readCountedList(dump, at, shapes[stream])
  if (list === undefined) return undefined
  const threads: Thread[] = []
  for (let i = 0; i < list.count; i++) {
    const entry = list.at(i)
    const id = list.fields.u32(entry)
    const name = around.names.get(id)
    const contextLocation = readLocation(list.fields, entry + 40)
    const backingStore = stream === 'ThreadExList' ? readStack(dump, list.fields, entry + 48, around.memory, stream) : undefined
    threads.push({
      id,
      suspendCount: list.fields.u32(entry + 4),
      priorityClass: list.fields.u32(entry + 8),
      priority: list.fields.u32(entry + 12),
      tebAddress: list.fields.u64(entry + 16),
      stack: readStack(dump, list.fields, entry + 24, around.memory, stream),
      context: readContext(dump, contextLocation, around.system, stream),
      contextLocation,
      ...(backingStore !== undefined && { backingStore }),
      ...(name !== undefined && { name }),
    })
  }
  return threads
}

/** Full dumps of Windows give no bytes here and expect the reader to find the stack in Memory64List. */
function readStack(dump: DumpView, fields: Fields, offset: number, memory: MemoryMap, stream: string): MemoryRange | undefined {
  const startAddress = fields.u64(offset)
  const at = readLocation(fields, offset + 8)
  const own = at.rva === 0 ? undefined : memoryRange(dump, startAddress, at.size, at.rva, stream)
  return own ?? memory.rangeAt(startAddress)
}
