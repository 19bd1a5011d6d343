/**
 * Every refusal of the server has one of these codes. The code is the metric's tag, the recorded reason of the rejection and, where the
 * protocol has room, the answer; `docs/reference/errors.md` tells each to its reader, and a test compares the two lists.
 */
export const serverErrors = {
  unknown_key: { status: 404, message: 'No project has this key; copy the ingest address from the project page again.' },
  not_local: {
    status: 403,
    message: 'This address takes reports without a key from this machine only; send to /i/KEY, or start the server with --keyless-public.',
  },
  method_not_allowed: { status: 405, message: 'Crash reports are sent to this address with POST.' },
  wrong_content_type: {
    status: 415,
    message: 'The body is neither multipart/form-data nor a browser report; send what Crashpad, Breakpad or the Reporting API send.',
  },
  unsupported_encoding: { status: 415, message: 'The Content-Encoding is not one of gzip, deflate, br, zstd or identity.' },
  no_boundary: { status: 400, message: 'The Content-Type of the multipart body names no boundary.' },
  empty_body: { status: 400, message: 'The request has no body.' },
  bad_gzip: { status: 400, message: 'The body says it is compressed, but it cannot be decompressed.' },
  malformed_multipart: { status: 400, message: 'The body holds no readable multipart part; the boundary may be a different one.' },
  truncated_body: { status: 400, message: 'The body ended before a whole field or file had arrived.' },
  bad_json: { status: 400, message: 'The body is not JSON of the Reporting API.' },
  too_large: {
    status: 413,
    message: 'The body is larger than this server accepts; the limit is --max-upload-bytes, or lower in the settings of the project.',
  },
  slow_body: { status: 408, message: 'The body came too slowly and was given up; send it again.' },
  too_many_reports: { status: 413, message: 'One request holds more reports than are taken; the first ones were kept.' },
  not_a_crash: { status: 204, message: 'A report of another type than a crash or an error; counted, not kept.' },
  over_quota: {
    status: 429,
    message: 'The project has kept as many reports today as its quota allows; it takes reports again tomorrow (UTC).',
  },
  origin_not_allowed: {
    status: 403,
    message: 'The project lists the origins of pages that may report to it, and this one is not among them.',
  },
  no_key: { status: 401, message: 'The request names no key of a project, or several different ones.' },
  bad_envelope: { status: 400, message: "The body is no envelope of Sentry's: its first line is not a JSON object." },
  bad_event: { status: 400, message: 'The body is not the JSON that this protocol sends.' },
  bad_container: { status: 400, message: "The body is not what Unreal Engine's crash reporter sends." },
  bad_zip: { status: 400, message: 'The file is no zip, or one that cannot be read.' },
  no_dump: { status: 400, message: 'The upload holds no minidump.' },
  unsupported_format: { status: 400, message: 'This kind of upload is not taken here; see docs/reference/protocols.' },
  unknown_report: { status: 404, message: 'The project has no report with this id.' },
  report_closed: { status: 403, message: 'Files may be added to a report for 24 hours after it came.' },
  too_many_attachments: { status: 413, message: 'No more files may be added to this report.' },
  file_not_kept: { status: 200, message: 'The project keeps no files; what was to be added to a report was dropped.' },
  unknown_upload: { status: 404, message: 'There is no such upload under way; ask for a new address.' },
  bad_signature: { status: 403, message: 'The signature does not fit the body and the secret of this server.' },
  bad_symbols: { status: 422, message: "The body is neither a file of Breakpad's symbols nor a zip of some." },
  session: { status: 200, message: 'A session that cannot be read; readable ones count for the crash-free rate.' },
  client_report: { status: 200, message: "A client's own count of what it did not send; counted, not kept." },
  usage_metrics: { status: 200, message: "A client's numbers of use; counted, not kept." },
  busy: { status: 503, message: 'Too many uploads are held in memory at once; send it again later.' },
  storage_full: { status: 503, message: 'The disk is nearly full, so nothing can be kept safely; free some space.' },
  storage_failed: { status: 503, message: 'The report could not be written to disk; see the log of the server.' },
  ledger_unavailable: { status: 503, message: 'The database cannot tell whose key this is at the moment; send it again later.' },
  shutting_down: { status: 503, message: 'The server is stopping; send it again later.' },
  spool_in_use: { status: 500, message: 'Another Crashkeep collector has this data folder open; stop it, or use another folder.' },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>

export type ServerErrorCode = keyof typeof serverErrors

/** Answered with refusals that pass by themselves; short, because a crash handler's own patience is one minute. */
const retryAfterSeconds = 30

export class ServerError extends Error {
  readonly code: ServerErrorCode
  readonly status: number
  readonly #retryAfter: number | undefined
  /** Names, never values, of the fields that had arrived; for the sample of the refusal. */
  fieldNames: readonly string[] = []

  constructor(code: ServerErrorCode, options?: { readonly cause?: unknown; readonly detail?: string; readonly retryAfter?: number }) {
    const sentence = serverErrors[code].message
    super(options?.detail === undefined ? sentence : `${sentence} (${options.detail})`, options)
    this.name = 'ServerError'
    this.code = code
    this.status = serverErrors[code].status
    this.#retryAfter = options?.retryAfter
  }

  /** Seconds for `Retry-After`; undefined where sending again changes nothing. */
  get retryAfter(): number | undefined {
    return this.#retryAfter ?? (this.status === 503 ? retryAfterSeconds : undefined)
  }
}
