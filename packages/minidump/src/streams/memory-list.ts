import type { DumpView } from '../dump-view.ts'
import { maxMemoryRanges } from '../limits.ts'
import type { Location } from '../location.ts'
import { type MemoryRange, memoryRange } from '../memory-map.ts'
import { readCountedList } from './lists.ts'

const stream = 'MemoryList'

export function readMemoryList(dump: DumpView, at: Location): MemoryRange[] {
  const list = readCountedList(dump, at, { stream, entrySize: 16, maximum: maxMemoryRanges })
  const ranges: MemoryRange[] = []
  for (let i = 0; list !== undefined && i < list.count; i++) {
    const entry = list.at(i)
    const range = memoryRange(dump, list.fields.u64(entry), list.fields.u32(entry + 8), list.fields.u32(entry + 12), stream)
    if (range !== undefined) ranges.push(range)
  }
  return ranges
}
