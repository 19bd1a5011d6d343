import type { CrashData } from '../crash-data.ts'
import type { NormalizedFrame } from '../normalize/frame.ts'
import type { SignatureResult } from '../signature-result.ts'
import type { CompiledRules } from '../signature-rules.ts'

export interface RuleInput {
  crash: CrashData
  rules: CompiledRules
  /** The frames that the signature was made of, skipped ones included. */
  seen: readonly NormalizedFrame[]
}

/** One rule a file; each looks at the signature so far and may change it, with a step. Never throws. */
export interface Rule {
  name: string
  apply(result: SignatureResult, input: RuleInput): void
}
