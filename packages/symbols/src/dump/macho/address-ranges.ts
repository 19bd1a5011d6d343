import { Doubles } from '../output/number-list.ts'

/** Ranges of addresses. All are added first, then it is asked what they cover. */
export class AddressRanges {
  readonly #starts = new Doubles()
  readonly #sizes = new Doubles()
  #sortedStarts = new Float64Array(0)
  /** The furthest end of all ranges up to that one. */
  #ends = new Float64Array(0)
  #sorted = true

  readonly add = (start: number, size: number): void => {
    this.#starts.push(start)
    this.#sizes.push(size)
    this.#sorted = false
  }

  /** Calls `found` with the parts of a range that no added range covers. */
  gaps(start: number, end: number, found: (start: number, end: number) => void): void {
    this.#sort()
    let from = start
    for (let index = this.#firstEndingBehind(start); index < this.#sortedStarts.length; index++) {
      const next = this.#sortedStarts[index] ?? 0
      if (next >= end) break
      if (next > from) found(from, next)
      from = Math.max(from, this.#ends[index] ?? 0)
      if (from >= end) return
    }
    if (from < end) found(from, end)
  }

  covers(address: number): boolean {
    let free = false
    this.gaps(address, address + 1, () => {
      free = true
    })
    return !free
  }

  #sort(): void {
    if (this.#sorted) return
    this.#sorted = true
    const order = Uint32Array.from({ length: this.#starts.length }, (_, index) => index)
    order.sort((left, right) => this.#starts.at(left) - this.#starts.at(right))
    this.#sortedStarts = Float64Array.from(order, (index) => this.#starts.at(index))
    let furthest = Number.NEGATIVE_INFINITY
    this.#ends = Float64Array.from(order, (index) => {
      furthest = Math.max(furthest, this.#starts.at(index) + this.#sizes.at(index))
      return furthest
    })
  }

  #firstEndingBehind(address: number): number {
    let [low, high] = [0, this.#ends.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#ends[middle] ?? 0) <= address) low = middle + 1
      else high = middle
    }
    return low
  }
}
