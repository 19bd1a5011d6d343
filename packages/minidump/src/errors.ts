/** What makes a file unreadable as a whole. Everything else that is wrong with a dump becomes a {@link Problem} in the result. */
export type MinidumpErrorCode = 'empty' | 'too_short' | 'bad_signature' | 'bad_version' | 'bad_directory'

export class MinidumpError extends Error {
  readonly code: MinidumpErrorCode

  constructor(code: MinidumpErrorCode, message: string) {
    super(message)
    this.name = 'MinidumpError'
    this.code = code
  }
}
