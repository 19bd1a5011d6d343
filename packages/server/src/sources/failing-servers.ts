import { sourceLimits } from './limits.ts'

/** Servers that failed several times in turn rest for a while, so that not every module waits for them. Forgotten with the program. */
export class FailingServers {
  readonly #clock: () => number
  readonly #failures = new Map<string, { count: number; until: number }>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  count(source: string, failed: boolean): void {
    if (!failed) {
      this.#failures.delete(source)
      return
    }
    const { count } = this.#failures.get(source) ?? { count: 0 }
    const until = count + 1 >= sourceLimits.maxFailuresInTurn ? this.#clock() + sourceLimits.restAfterFailuresMs : 0
    this.#failures.set(source, { count: count + 1, until })
  }

  /** Why it is not asked now; undefined: it is. */
  sentence(source: string): string | undefined {
    const known = this.#failures.get(source)
    if (known === undefined || known.until <= this.#clock()) return undefined
    return `not asked: it failed ${known.count} times in turn, and rests until ${new Date(known.until).toISOString()}`
  }
}
