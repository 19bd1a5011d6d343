import { Slabs } from './slabs.ts'

/** What all uploads under way may hold in memory together. */
export class MemoryBudget {
  readonly slabs: Slabs = new Slabs()
  readonly #limit: number
  #taken = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  take(bytes: number): boolean {
    if (this.#taken + bytes > this.#limit) return false
    this.#taken += bytes
    return true
  }

  give(bytes: number): void {
    this.#taken -= bytes
  }

  get taken(): number {
    return this.#taken
  }
}

/** One upload's share, given back all at once. */
export class MemoryShare {
  readonly #budget: MemoryBudget
  readonly #slabs: Buffer[] = []
  #taken = 0

  constructor(budget: MemoryBudget) {
    this.#budget = budget
  }

  take(bytes: number): boolean {
    if (!this.#budget.take(bytes)) return false
    this.#taken += bytes
    return true
  }

  give(bytes: number): void {
    this.#taken -= bytes
    this.#budget.give(bytes)
  }

  /** The bytes of `held`, the first `length` of them used, in a buffer with room for so many more. */
  withRoom(held: Buffer | undefined, length: number, more: number): Buffer {
    if (held !== undefined && held.length >= length + more) return held
    const larger = this.#budget.slabs.take(length + more)
    held?.copy(larger, 0, 0, length)
    this.#slabs.push(larger)
    return larger
  }

  /** What `withRoom` gave belongs to other uploads from now on. */
  release(): void {
    this.give(this.#taken)
    for (const slab of this.#slabs.splice(0)) this.#budget.slabs.give(slab)
  }
}
