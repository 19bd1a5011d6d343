/** What a reason of a refusal means to the person who waits for the report. The codes are the server's, see docs/reference/errors.md. */
const words: Readonly<Record<string, string>> = {
  unknown_key: 'No project has the key in the address.',
  not_local: 'An address without a key was used from elsewhere.',
  wrong_content_type: 'The body was neither a form nor what browsers send.',
  unsupported_encoding: 'The body was packed in a way that the server does not know.',
  no_boundary: 'The form named no boundary.',
  empty_body: 'There was no body.',
  bad_gzip: 'Nothing of the packed body could be unpacked.',
  malformed_multipart: 'No part of the form was readable.',
  truncated_body: 'The connection broke off before anything whole had arrived.',
  bad_json: 'A browser sent something that is not a report.',
  too_large: 'The upload was larger than is taken.',
  slow_body: 'The body came too slowly.',
  too_many_reports: 'A browser sent more crashes at once than are taken; the first ones were kept.',
  not_a_crash: 'A browser told of something else than a crash.',
  over_quota: 'The daily quota was used up.',
  origin_not_allowed: 'The page is not among those that may report.',
  busy: 'Too many uploads were under way at once.',
  storage_full: 'The disk of the server was nearly full.',
  storage_failed: 'The disk of the server refused to write.',
  ledger_unavailable: 'The database was away, and the key not known yet.',
  shutting_down: 'The server was stopping.',
}

export interface ReasonWords {
  /** The name of the rule of the project, when one dropped it. */
  readonly rule: string | undefined
  readonly sentence: string
}

export function reasonWords(reason: string): ReasonWords {
  const rule = reason.startsWith('rule_') ? reason.slice('rule_'.length) : undefined
  if (rule !== undefined) return { rule, sentence: 'A rule of this project dropped it.' }
  return { rule, sentence: words[reason] ?? 'See docs/reference/errors.md.' }
}
