import type { AnswerOutcome } from '../store/symbol-fetches.ts'

/** Why what a source sent is of no use. */
export class SourceProblem extends Error {
  override readonly name = 'SourceProblem'
  readonly outcome: AnswerOutcome

  constructor(outcome: AnswerOutcome, message: string, options?: ErrorOptions) {
    super(message, options)
    this.outcome = outcome
  }
}
