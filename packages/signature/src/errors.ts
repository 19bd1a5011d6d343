export type SignatureErrorCode = 'bad_pattern'

/** What can be wrong with the rules; a crash, however odd, always gets a signature. */
export class SignatureError extends Error {
  readonly code: SignatureErrorCode

  constructor(code: SignatureErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SignatureError'
    this.code = code
  }
}
