/**
 * Why nothing was fetched. `refused_address`: it lies in a private network, or is no address that is asked; `too_large`: more bytes than allowed;
 * `failed`: no connection, no answer in time, a broken answer: it may go better later.
 */
export type FetchErrorCode = 'refused_address' | 'too_large' | 'failed'

export class FetchError extends Error {
  override readonly name = 'FetchError'
  readonly code: FetchErrorCode

  constructor(code: FetchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
