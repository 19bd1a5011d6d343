import type { Intake } from '../intake/intake.ts'
import type { AttachmentCounts } from './attach.ts'
import type { StagedUploads } from './bugsplat/staged-uploads.ts'
import type { KeylessOptions } from './keyless.ts'
import type { ReportLookup } from './report-lookup.ts'
import type { SymbolWebhook } from './symbol-webhook.ts'

export interface DialectContext {
  readonly intake: Intake
  /** The project of addresses without a key; they do not exist without it. */
  readonly keyless: KeylessOptions | undefined
  readonly reports: ReportLookup
  readonly attachments: AttachmentCounts
  /** Files that BugSplat's clients have put down and not committed yet. */
  readonly staged: StagedUploads
  /** Where the server is reached; undefined: as the request says. */
  readonly publicUrl: string | undefined
  /** Takes signed symbols; undefined where no secret is set. */
  readonly webhook: SymbolWebhook | undefined
}
