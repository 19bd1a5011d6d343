/**
 * What makes a dump unprocessable as a whole; everything else that is wrong with it becomes a problem in the result. `unusable_decoder`: the
 * WebAssembly of iced-x86 is not the one that is known here.
 */
export type StackwalkErrorCode = 'missing_system_info' | 'missing_thread_list' | 'unusable_decoder'

export class StackwalkError extends Error {
  readonly code: StackwalkErrorCode

  constructor(code: StackwalkErrorCode, message: string) {
    super(message)
    this.name = 'StackwalkError'
    this.code = code
  }
}
