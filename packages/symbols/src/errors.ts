export type SymbolErrorCode = 'empty' | 'utf16' | 'no_module' | 'bad_module' | 'too_large' | 'unreadable'

/** A symbol file that cannot be used at all. Damage inside a usable file is counted instead (`badLines`). */
export class SymbolError extends Error {
  readonly code: SymbolErrorCode

  constructor(code: SymbolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SymbolError'
    this.code = code
  }
}
