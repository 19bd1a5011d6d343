import type { RecordPlace } from './segment.ts'

const smallest = 64

/** The records of one segment that wait to be settled, in the order of their arrival and 16 bytes each; who is taken stays known by its number. */
export class RecordList {
  /** Offset and length of each. */
  #places = new Uint32Array(2 * smallest)
  #times = new Float64Array(smallest)
  #count = 0
  #taken = 0

  /** Returns its number. `arrivedAt` is in Unix milliseconds. */
  add({ offset, length }: RecordPlace, arrivedAt: number): number {
    if (this.#count === this.#times.length) this.#grow()
    this.#places.set([offset, length], 2 * this.#count)
    this.#times[this.#count] = arrivedAt
    this.#count += 1
    return this.#count - 1
  }

  /** Records that were not taken. */
  get waiting(): number {
    return this.#count - this.#taken
  }

  /** The number of the next; it counts as taken from now on. */
  take(): number | undefined {
    if (this.waiting === 0) return undefined
    this.#taken += 1
    return this.#taken - 1
  }

  /** The number of the next, which is left where it is. */
  get next(): number | undefined {
    return this.waiting === 0 ? undefined : this.#taken
  }

  place(record: number): RecordPlace {
    return { offset: this.#places[2 * record] ?? 0, length: this.#places[2 * record + 1] ?? 0 }
  }

  arrivedAt(record: number): number {
    return this.#times[record] ?? 0
  }

  #grow(): void {
    const [places, times] = [this.#places, this.#times]
    this.#places = new Uint32Array(2 * places.length)
    this.#places.set(places)
    this.#times = new Float64Array(2 * times.length)
    this.#times.set(times)
  }
}
