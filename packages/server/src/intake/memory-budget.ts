/** What all uploads under way may hold in memory together. */
export class MemoryBudget {
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

  release(): void {
    this.give(this.#taken)
  }
}
