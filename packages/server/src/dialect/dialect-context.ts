import type { Intake } from '../intake/intake.ts'
import type { KeylessOptions } from './keyless.ts'

export interface DialectContext {
  readonly intake: Intake
  /** The project of addresses without a key; they do not exist without it. */
  readonly keyless: KeylessOptions | undefined
}
