import { StoreError } from '../../errors.ts'
import { maxWaitingQueries } from '../../limits.ts'

/** Lends a fixed set of things, each to one borrower at a time, in the order of asking. */
export class Turnstile<T> {
  readonly #free: T[]
  readonly #waiting: ((thing: T) => void)[] = []

  constructor(things: readonly T[]) {
    this.#free = [...things].reverse()
  }

  async borrow(): Promise<T> {
    const thing = this.#free.pop()
    if (thing !== undefined) return thing
    if (this.#waiting.length >= maxWaitingQueries)
      throw new StoreError('database_busy', `${maxWaitingQueries} queries wait already; try again later`)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  giveBack(thing: T): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(thing)
    else next(thing)
  }
}
