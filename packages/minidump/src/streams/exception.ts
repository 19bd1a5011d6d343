import type { CpuContext } from '../context/cpu-context.ts'
import type { Location } from '../location.ts'

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
