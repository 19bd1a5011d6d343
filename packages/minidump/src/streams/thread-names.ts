import type { DumpView } from '../dump-view.ts'
import { maxThreads } from '../limits.ts'
import type { Location } from '../location.ts'
import { readCountedList } from './lists.ts'

const stream = 'ThreadNames'

/** Names by thread id. Entries are twelve bytes without alignment, and their rva has 64 bits. */
export function readThreadNames(dump: DumpView, at: Location): Map<number, string> {
  const list = readCountedList(dump, at, { stream, entrySize: 12, maximum: maxThreads })
  const names = new Map<number, string>()
  for (let i = 0; list !== undefined && i < list.count; i++) {
    const entry = list.at(i)
    const name = dump.utf16String(Number(list.fields.u64(entry + 4)), stream)
    if (name !== undefined) names.set(list.fields.u32(entry), name)
  }
  return names
}
