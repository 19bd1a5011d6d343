/** Mistakes of a program that calls this package outside a page; inside one nothing is ever thrown. */
export type BrowserErrorCode = 'bad_endpoint' | 'bad_endpoint_name' | 'bad_max_age'

export class BrowserError extends Error {
  readonly code: BrowserErrorCode

  constructor(code: BrowserErrorCode, message: string) {
    super(message)
    this.name = 'BrowserError'
    this.code = code
  }
}
