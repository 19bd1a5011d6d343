/** What makes a dump unprocessable as a whole. Everything else that is wrong becomes a problem in the result. */
export type StackwalkErrorCode = 'missing_system_info' | 'missing_thread_list'

export class StackwalkError extends Error {
  readonly code: StackwalkErrorCode

  constructor(code: StackwalkErrorCode, message: string) {
    super(message)
    this.name = 'StackwalkError'
    this.code = code
  }
}
