/** What goes wrong in calls that a program makes about its reports. The reporter itself never throws into its host but for wrong arguments. */
export type ReporterErrorCode =
  | 'no_such_report'
  | 'report_busy'
  | 'report_exists'
  | 'report_uploaded'
  | 'bad_attachment_name'
  | 'attachment_exists'
  | 'read_only_database'
  | 'bad_database'
  | 'too_large'

export class ReporterError extends Error {
  readonly code: ReporterErrorCode

  constructor(code: ReporterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ReporterError'
    this.code = code
  }
}
