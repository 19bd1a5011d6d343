import { Session } from 'node:inspector'

/**
 * Which blocks of our own code have run, from V8 itself. Inputs that reach new ones are worth keeping: changing them further leads
 * deeper than changing the first ones again.
 */
export class Coverage {
  readonly #session = new Session()
  readonly #seen = new Set<string>()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  get blocks(): number {
    return this.#seen.size
  }

  /** Whether something ran since the last call that had never run before. */
  take(): boolean {
    const before = this.#seen.size
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error
      for (const { url, functions } of result) {
        if (!url.includes('/packages/')) continue
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) if (count > 0) this.#seen.add(`${url}:${startOffset}:${endOffset}`)
        }
      }
    })
    return this.#seen.size > before
  }

  close(): void {
    this.#session.disconnect()
  }
}
