import type { DumpView } from '../dump-view.ts'
import { maxMemoryInfos } from '../limits.ts'
import type { Location } from '../location.ts'
import { readExtendedList } from './lists.ts'

/** One region of the address space. `state`, `protection` and `type` are the numbers of Windows' MEM_ and PAGE_ constants. */
export interface MemoryRegion {
  readonly baseAddress: bigint
  readonly allocationBase: bigint
  readonly allocationProtection: number
  readonly size: bigint
  readonly state: number
  readonly protection: number
  readonly type: number
}

const stream = 'MemoryInfoList'

export function readMemoryInfoList(dump: DumpView, at: Location): MemoryRegion[] {
  const list = readExtendedList(dump, at, { stream, entrySize: 48, maximum: maxMemoryInfos }, 8)
  const regions: MemoryRegion[] = []
  for (let i = 0; list !== undefined && i < list.count; i++) {
    const entry = list.at(i)
    regions.push({
      baseAddress: list.fields.u64(entry),
      allocationBase: list.fields.u64(entry + 8),
      allocationProtection: list.fields.u32(entry + 16),
      size: list.fields.u64(entry + 24),
      state: list.fields.u32(entry + 32),
      protection: list.fields.u32(entry + 36),
      type: list.fields.u32(entry + 40),
    })
  }
  return regions
}
