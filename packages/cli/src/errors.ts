/** What a command says before it ends with status 1 (it failed) or 2 (it was called wrongly). */
export class CommandError extends Error {
  readonly exitStatus: 1 | 2

  /** @param message One sentence: what was wrong and what to do. */
  constructor(message: string, options: { readonly exitStatus?: 1 | 2; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'CommandError'
    this.exitStatus = options.exitStatus ?? 1
  }
}
