import type { DumpView } from '../dump-view.ts'
import type { Location } from '../location.ts'

export interface BreakpadInfo {
  /** The thread that wrote the dump; it has no part in the crash. */
  readonly dumpThreadId?: number
  /** The thread that asked for the dump. */
  readonly requestingThreadId?: number
}

/** Bits of the first field: which of the two ids are valid. */
const dumpThreadIdValid = 1
const requestingThreadIdValid = 2

export function readBreakpadInfo(dump: DumpView, at: Location): BreakpadInfo | undefined {
  const fields = dump.record(at, 12, 12, 'BreakpadInfo')
  if (fields === undefined) return undefined
  const validity = fields.u32(0)
  return {
    ...((validity & dumpThreadIdValid) !== 0 && { dumpThreadId: fields.u32(4) }),
    ...((validity & requestingThreadIdValid) !== 0 && { requestingThreadId: fields.u32(8) }),
  }
}
