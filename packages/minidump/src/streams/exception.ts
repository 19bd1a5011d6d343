import type { CpuContext } from '../context/cpu-context.ts'
import { readContext } from '../context/read-context.ts'
import type { DumpView } from '../dump-view.ts'
import { maxExceptionParameters } from '../limits.ts'
import type { Location } from '../location.ts'
import { readLocation } from './lists.ts'
import type { SystemInfo } from './system-info.ts'

export interface Exception {
  readonly threadId: number
  /** Windows: exception code; Linux: signal number; macOS: Mach exception type. Unsigned. */
  readonly code: number
  /** Windows: flags; Linux: `si_code`; macOS: first Mach code. Unsigned. */
  readonly flags: number
  readonly nestedRecordAddress: bigint
  readonly address: bigint
  readonly parameters: readonly bigint[]
  readonly context: CpuContext | undefined
  readonly contextLocation: Location
}

const stream = 'Exception'
const recordSize = 168

export function readException(dump: DumpView, at: Location, system: SystemInfo | undefined): Exception | undefined {
  const fields = dump.record(at, recordSize, recordSize, stream)
  if (fields === undefined) return undefined
  let count = fields.u32(32)
  if (count > maxExceptionParameters) {
    dump.problems.add('bad_record', `The exception says it has ${count} parameters; there is room for ${maxExceptionParameters}.`, stream)
    count = maxExceptionParameters
  }
  const contextLocation = readLocation(fields, 160)
  return {
    threadId: fields.u32(0),
    code: fields.u32(8),
    flags: fields.u32(12),
    nestedRecordAddress: fields.u64(16),
    address: fields.u64(24),
    parameters: Array.from({ length: count }, (_, i) => fields.u64(40 + 8 * i)),
    context: readContext(dump, contextLocation, system, stream),
    contextLocation,
  }
}
