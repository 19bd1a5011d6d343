import type { UnreadableReportCode } from './problem-codes.ts'

/** The report itself is at fault; doing it again would end the same way. */

export class UnreadableReport extends Error {
  readonly code: UnreadableReportCode

  constructor(code: UnreadableReportCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UnreadableReport'
    this.code = code
  }
}
