/** One report that lies in a folder of another program, ready to be sent. */
export interface FoundReport {
  /** Ids under which the other program knew it; the first one says whether it is here already. */
  readonly sources: readonly string[]
  /** For people: where it lay. */
  readonly path: string
  readonly crashedAt?: Date
  readonly content: ReportContent
}

export type ReportContent =
  | { readonly kind: 'parts'; readonly fields: ReadonlyMap<string, string>; readonly files: readonly FoundFile[] }
  /** A whole form, as it was to be sent. */
  | { readonly kind: 'form'; readonly path: string; readonly boundary: string }

export interface FoundFile {
  readonly name: string
  readonly path: string
  readonly fileName: string
}

/** A folder's reports; what cannot be read is told to `skip` and left out. */
export type FindReports = (folder: string, skip: (path: string, why: string) => void) => AsyncGenerator<FoundReport>
