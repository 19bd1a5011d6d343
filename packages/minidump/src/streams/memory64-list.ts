import type { DumpView } from '../dump-view.ts'
import { maxMemoryRanges } from '../limits.ts'
import type { Location } from '../location.ts'
import { type MemoryRange, memoryRange } from '../memory-map.ts'
import { readEntries } from './lists.ts'

const stream = 'Memory64List'
const headerBytes = 16

/** Full dumps: the bytes of all ranges follow each other from one place in the file, without gaps. */
export function readMemory64List(dump: DumpView, at: Location): MemoryRange[] {
  const header = dump.record(at, headerBytes, headerBytes, stream)
  if (header === undefined) return []
  const count = Number(header.u64(0))
  const list = readEntries(dump, at, { stream, entrySize: 16, maximum: maxMemoryRanges }, { header: headerBytes, stride: 16, count })
  const ranges: MemoryRange[] = []
  let offset = Number(header.u64(8))
  for (let i = 0; list !== undefined && i < list.count; i++) {
    const size = Number(list.fields.u64(list.at(i) + 8))
    const range = memoryRange(dump, list.fields.u64(list.at(i)), size, offset, stream)
    if (range !== undefined) ranges.push(range)
    offset += size
    if (offset >= dump.source.size) {
      reportMissing(dump, list.count - i - 1)
      break
    }
  }
  return ranges
}

function reportMissing(dump: DumpView, count: number): void {
  if (count > 0) dump.problems.add('bad_memory_range', `The file ends before the bytes of the last ${count} ranges of memory.`, stream)
}
