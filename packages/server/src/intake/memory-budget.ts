import { Slabs, slabBytes } from './slabs.ts'

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
  readonly #slabs = new Set<Buffer>()
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

  /**
   * The bytes of `held`, the first `length` of them used, in a buffer with room for so many more; undefined where the budget has none left.
   * `held` belongs to others once something else was returned.
   */
  withRoom(held: Buffer | undefined, length: number, more: number): Buffer | undefined {
    if (held !== undefined && held.length >= length + more) return held
    if (!this.take(slabBytes(length + more))) return undefined
    const larger = this.#budget.slabs.take(length + more)
    this.#slabs.add(larger)
    if (held !== undefined) {
      held.copy(larger, 0, 0, length)
      this.giveRoom(held)
    }
    return larger
  }

  /** One buffer that `withRoom` gave. */
  giveRoom(slab: Buffer): void {
    if (!this.#slabs.delete(slab)) return
    this.give(slab.length)
    this.#budget.slabs.give(slab)
  }

  /** What `withRoom` gave belongs to other uploads from now on. */
  release(): void {
    for (const slab of this.#slabs) this.#budget.slabs.give(slab)
    this.#slabs.clear()
    this.give(this.#taken)
  }
}
