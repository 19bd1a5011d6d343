import type { Submission } from '../dialect/submission.ts'

/** What the spool keeps of an acknowledged report until blobs, rows and a job were made of it. */
export interface SpoolReport {
  /** 36 lower-case hexadecimal digits, see `report-id.ts`. */
  readonly id: string
  readonly projectId: number
  readonly submission: Submission
  /** Id of the report whose files these are; then nothing else of the submission is looked at, and no report is made of it. */
  readonly attachTo?: string
}
