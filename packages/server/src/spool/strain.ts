/** Reports over which the distance is a mean. */
const reportsOfMean = 16
/** A longer silence tells no more than this one. */
const longestGapMs = 100

/** Whether uploads come so fast that they need the whole machine. Times are of a clock that never goes back, in milliseconds. */
export class Strain {
  readonly #gapMs: number
  readonly #silenceMs: number
  #lastAt = Number.NEGATIVE_INFINITY
  #meanGapMs = longestGapMs

  /** Closer together than `gapMs` in the mean, until nothing came for `silenceMs`. */
  constructor(o: { readonly gapMs: number; readonly silenceMs: number }) {
    this.#gapMs = o.gapMs
    this.#silenceMs = o.silenceMs
  }

  /** So many came, since those before. */
  add(reports: number, now: number): void {
    const gapMs = Math.min(longestGapMs, now - this.#lastAt) / reports
    this.#meanGapMs += (gapMs - this.#meanGapMs) * Math.min(1, reports / reportsOfMean)
    this.#lastAt = now
  }

  isThere(now: number): boolean {
    return now - this.#lastAt < this.#silenceMs && this.#meanGapMs < this.#gapMs
  }
}
