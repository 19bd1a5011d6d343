/**
 * Answers already given, by address or number. All are forgotten when together they weigh too much: the same few are asked soon again,
 * and a hostile file cannot fill the memory.
 */
export class Remembered<T> {
  readonly #answers = new Map<number, { answer: T }>()
  readonly #maxWeight: number
  readonly #weigh: (answer: T) => number
  #weight = 0

  constructor(maxWeight: number, weigh: (answer: T) => number) {
    this.#maxWeight = maxWeight
    this.#weigh = weigh
  }

  get(key: number, find: () => T): T {
    const known = this.#answers.get(key)
    if (known !== undefined) return known.answer
    const answer = find()
    const weight = this.#weigh(answer)
    if (this.#weight + weight > this.#maxWeight) {
      this.#answers.clear()
      this.#weight = 0
    }
    if (weight <= this.#maxWeight) {
      this.#answers.set(key, { answer })
      this.#weight += weight
    }
    return answer
  }
}
