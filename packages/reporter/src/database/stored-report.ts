/** Where a report is, in the words of all systems: Crashpad keeps the same in folders, in attributes of files, or in a table. */
export type ReportState =
  /** To be sent when it may be. */
  | 'pending'
  /** Somebody sends it at this moment. */
  | 'uploading'
  | 'uploaded'
  /** Not sent: uploads were off, the rate was reached, or the server did not take it. */
  | 'kept'

export interface StoredReport {
  /** UUID of the dump; the name of its file. */
  readonly id: string
  readonly state: ReportState
  readonly dumpPath: string
  readonly createdAt: Date
  readonly uploadAttempts: number
  readonly lastUploadAttemptAt?: Date
  readonly uploadRequested: boolean
  /** What the server answered; set when it was uploaded. */
  readonly remoteId?: string
}

/** Crashpad counts in seconds and writes 0 for never. */
export function fromSeconds(seconds: number): { lastUploadAttemptAt?: Date } {
  return seconds > 0 ? { lastUploadAttemptAt: new Date(seconds * 1000) } : {}
}

/** Of the database of Linux. */
export function stateFolder(report: Pick<StoredReport, 'dumpPath'>): 'pending' | 'completed' {
  return /[\\/]pending[\\/][^\\/]+$/.test(report.dumpPath) ? 'pending' : 'completed'
}
