import type { DumpView } from '../dump-view.ts'
import { maxAuxvEntries } from '../limits.ts'
import type { Location } from '../location.ts'

/** One entry of the auxiliary vector: AT_ constant and value. */
export interface AuxvEntry {
  readonly key: bigint
  readonly value: bigint
}

/** Pairs of words of the process, up to AT_NULL. */
export function readAuxv(dump: DumpView, at: Location, pointerBytes: 4 | 8): AuxvEntry[] {
  const entryBytes = 2 * pointerBytes
  const count = Math.min(Math.floor(dump.clip(at).size / entryBytes), maxAuxvEntries)
  const fields = dump.fields(at.rva, count * entryBytes)
  const entries: AuxvEntry[] = []
  for (let i = 0; fields !== undefined && i < count; i++) {
    const word = (offset: number): bigint => (pointerBytes === 8 ? fields.u64(offset) : BigInt(fields.u32(offset)))
    const key = word(i * entryBytes)
    if (key === 0n) break
    entries.push({ key, value: word(i * entryBytes + pointerBytes) })
  }
  return entries
}
