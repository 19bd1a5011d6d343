/** What a dialect makes of one HTTP exchange. Everything in it is the sender's word, and is treated as such. */
export interface Submission {
  /** `minidump`, `browser`, `javascript`, `hang`, `native`; an open set. */
  readonly kind: string
  /** File name of the dialect that read it, for example `crashpad`. */
  readonly dialect: string
  readonly fields: ReadonlyMap<string, string>
  readonly files: readonly SubmittedFile[]
  /** Unix milliseconds. */
  readonly receivedAt: number
  /** Unix milliseconds; only where the protocol tells (Reporting API: arrival minus age). */
  readonly crashedAt?: number
  /** Other ids under which the sender will look for the report (Socorro's `bp-…`). */
  readonly aliases: readonly string[]
  /** An id that the client made for this one report: the same again, in the same project, is the same report sent twice. */
  readonly clientReportId?: string
  readonly sender: { readonly userAgent?: string; readonly address?: string }
  /** What had to be repaired or left out; shown with the report. */
  readonly problems: readonly SubmissionProblem[]
}

export interface SubmissionProblem {
  readonly code: string
  readonly message: string
}

export interface SubmittedFile {
  /** The sender's field name; unique within the report. Data, never part of a path. */
  readonly name: string
  readonly fileName?: string
  readonly contentType?: string
  readonly size: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
  /** Small files travel in the spool record; a large one was streamed into a file of its own below `spool/`, already synced. */
  readonly content: { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'file'; readonly path: string }
}
