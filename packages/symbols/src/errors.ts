export type SymbolErrorCode =
  /** The file has no bytes. */
  | 'empty'
  /** The file is UTF-16 text. */
  | 'utf16'
  /** The first line does not begin with MODULE: another kind of file. */
  | 'no_module'
  /** The MODULE line lacks a field, or one is unusable. */
  | 'bad_module'
  /** The file is larger than `maxFileBytes`. */
  | 'too_large'
  /** The file cannot be opened or read, or was replaced in between. */
  | 'unreadable'
  /** The file is no debug file of a known format, or its header is unusable. */
  | 'no_debug_file'
  /** The file is no source map, or its mappings are damaged. */
  | 'bad_source_map'

/** A symbol file that cannot be used at all. Damage inside a usable file is counted instead (`badLines`). */
export class SymbolError extends Error {
  readonly code: SymbolErrorCode

  constructor(code: SymbolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SymbolError'
    this.code = code
  }
}
