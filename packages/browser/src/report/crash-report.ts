/** A report as browsers make it: of a crash, of an error, of a session's start or end. */
export interface BrowserReport {
  /** Milliseconds between what happened and this attempt to tell it. */
  readonly age: number
  readonly type: string
  readonly url: string
  readonly user_agent: string
  readonly body: ReportBody
}

export interface ReportBody {
  /** `oom`, `unresponsive`, or nothing: then nobody knows. */
  readonly reason?: string
  readonly stack?: string
  readonly is_top_level: boolean
  readonly visibility_state: 'visible' | 'hidden'
  readonly crash_report_api: Readonly<Record<string, string>>
  readonly [more: string]: unknown
}

/** Changes a report before it leaves, or keeps it here by returning nothing. */
export type BeforeSend = (report: BrowserReport) => BrowserReport | null | undefined
