import type { Summary } from './messages.ts'
import type { ProcessedHeader } from './processed-header.ts'

/** What the child makes of one report: the small part for rows and heading, and the text of the large one. */
export interface Analysis {
  readonly summary: Summary
  readonly header: ProcessedHeader
  readonly crashJson: string
}
