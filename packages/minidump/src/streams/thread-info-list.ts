import type { DumpView } from '../dump-view.ts'
import { maxThreads } from '../limits.ts'
import type { Location } from '../location.ts'
import { readExtendedList } from './lists.ts'

/** MINIDUMP_THREAD_INFO. Points in time are FILETIMEs, durations count the same 100 ns. */
export interface ThreadInfo {
  readonly threadId: number
  /** Bits: 1 could not be written, 2 is the one that wrote the dump, 4 had exited, 8 times, 16 context or 32 TEB are invalid. */
  readonly dumpFlags: number
  /** HRESULT. */
  readonly dumpError: number
  /** 259 while the thread runs. */
  readonly exitStatus: number
  readonly createTime: bigint
  readonly exitTime: bigint
  readonly kernelTime: bigint
  readonly userTime: bigint
  readonly startAddress: bigint
  readonly affinity: bigint
}

const stream = 'ThreadInfoList'

export function readThreadInfoList(dump: DumpView, at: Location): ThreadInfo[] {
  const list = readExtendedList(dump, at, { stream, entrySize: 64, maximum: maxThreads }, 4)
  const infos: ThreadInfo[] = []
  for (let i = 0; list !== undefined && i < list.count; i++) {
    const entry = list.at(i)
    infos.push({
      threadId: list.fields.u32(entry),
      dumpFlags: list.fields.u32(entry + 4),
      dumpError: list.fields.u32(entry + 8),
      exitStatus: list.fields.u32(entry + 12),
      createTime: list.fields.u64(entry + 16),
      exitTime: list.fields.u64(entry + 24),
      kernelTime: list.fields.u64(entry + 32),
      userTime: list.fields.u64(entry + 40),
      startAddress: list.fields.u64(entry + 48),
      affinity: list.fields.u64(entry + 56),
    })
  }
  return infos
}
