/**
 * What the store throws. Damage in a report is never an error here; these are a caller's mistakes and a database or disk that fails.
 * `docs/reference/errors.md` lists every code for its reader.
 */
export const storeErrorCodes = [
  'query_timeout',
  'database_busy',
  'database_error',
  'database_newer',
  'bad_database_url',
  'bad_blobs_url',
  'bad_cursor',
  'bad_blob_key',
  'slug_taken',
  'unknown_project',
  'bad_symbol_file',
  'bad_source_map',
  'symbol_quota',
  'unknown_report',
] as const

export type StoreErrorCode = (typeof storeErrorCodes)[number]

export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}
