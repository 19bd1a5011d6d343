/** The report itself is at fault; doing it again would end the same way. */
export type UnreadableReportCode = 'not_json' | 'not_a_report' | 'result_too_large' | 'no_dump'

export class UnreadableReport extends Error {
  readonly code: UnreadableReportCode

  constructor(code: UnreadableReportCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UnreadableReport'
    this.code = code
  }
}
