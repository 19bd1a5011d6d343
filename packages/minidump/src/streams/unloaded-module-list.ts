import type { DumpView } from '../dump-view.ts'
import { maxUnloadedModules } from '../limits.ts'
import type { Location } from '../location.ts'
import { peCodeId } from '../module-identity.ts'
import { readExtendedList } from './lists.ts'

export interface UnloadedModule {
  readonly baseAddress: bigint
  readonly size: number
  readonly checksum: number
  readonly timestamp: number
  readonly name: string
  /** Timestamp and size, as Microsoft's symbol servers want them. */
  readonly codeId: string
}

const stream = 'UnloadedModuleList'

export function readUnloadedModuleList(dump: DumpView, at: Location): UnloadedModule[] {
  const list = readExtendedList(dump, at, { stream, entrySize: 24, maximum: maxUnloadedModules }, 4)
  const modules: UnloadedModule[] = []
  for (let i = 0; list !== undefined && i < list.count; i++) {
    const entry = list.at(i)
    const baseAddress = list.fields.u64(entry)
    const size = list.fields.u32(entry + 8)
    if (size === 0 || baseAddress + BigInt(size) >= 1n << 64n) {
      const message = `Unloaded module ${i} at 0x${baseAddress.toString(16)} has an impossible size of ${size} bytes; it was left out.`
      dump.problems.add('bad_module', message, stream)
      continue
    }
    const timestamp = list.fields.u32(entry + 16)
    modules.push({
      baseAddress,
      size,
      checksum: list.fields.u32(entry + 12),
      timestamp,
      name: dump.utf16String(list.fields.u32(entry + 20), stream) ?? '',
      codeId: peCodeId(timestamp, size),
    })
  }
  return modules
}
