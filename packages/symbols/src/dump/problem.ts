import { maxProblems } from './limits.ts'

/** Damage, or something that could not be found; everything else was still written. */
export interface DumpProblem {
  readonly code: string
  readonly message: string
}

/** Collects problems, the first hundred; equal ones once. */
export class Problems {
  readonly #list: DumpProblem[] = []
  #left = 0
  readonly #seen = new Set<string>()

  add(code: string, message: string): void {
    if (this.#list.length >= maxProblems) {
      this.#left++
      return
    }
    const key = `${code} ${message}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.#list.push({ code, message })
  }

  /** Damage is noted and what `read` would have given is left out; any other error goes on. */
  guard<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Damage)) throw error
      this.add(error.code, error.message)
      return undefined
    }
  }

  all(): DumpProblem[] {
    if (this.#left === 0) return this.#list
    return [...this.#list, { code: 'more_problems', message: `${this.#left} more problems are not listed.` }]
  }
}

/** Bytes that cannot mean what they say. Thrown inside the dumpers only, and turned into a problem by whoever knows how to go on. */
export class Damage extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'Damage'
    this.code = code
  }
}
