/** One thing that was seen. `error`: because of it no report arrives. `warning`: some do not, or lack something. `fine`: checked and good. */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'fine'
  readonly code: FindingCode
  /** What is, and for an error or warning what to do. */
  readonly message: string
}

/** Documented in docs/reference/doctor.md, which a test holds to this list. */
export const findingCodes = [
  'page_unreachable',
  'page_certificate',
  'incomplete_chain',
  'page_http',
  'no_document',
  'no_endpoints',
  'only_report_to',
  'bad_syntax',
  'not_a_string',
  'repeated_name',
  'no_crash_endpoint',
  'relative_url',
  'protocol_relative_url',
  'http_endpoint',
  'invalid_url',
  'blocks_default',
  'only_default',
  'only_crash_reporting',
  'userinfo',
  'endpoint_unreachable',
  'endpoint_certificate',
  'endpoint_incomplete_chain',
  'preflight_status',
  'preflight_origin',
  'preflight_headers',
  'preflight',
  'same_origin',
  'post_status',
  'no_document_policy',
  'bad_document_policy',
  'document_policy',
  'browser_missing',
  'browser_failed',
  'not_delivered',
  'delivered',
] as const
export type FindingCode = (typeof findingCodes)[number]

export function error(code: FindingCode, message: string): Finding {
  return { severity: 'error', code, message }
}
export function warning(code: FindingCode, message: string): Finding {
  return { severity: 'warning', code, message }
}
export function fine(code: FindingCode, message: string): Finding {
  return { severity: 'fine', code, message }
}
