import { Doubles, Integers } from '../output/number-list.ts'

/** What a line program says: rows in sequences of ascending addresses. Used again for each unit. */
export class LineRows {
  readonly addresses: Doubles = new Doubles()
  /** As the program numbers them. */
  readonly files: Integers = new Integers()
  readonly lines: Integers = new Integers()
  /** Index of the first row of each sequence; it ends before that of the next, with a row that only ends it. */
  readonly #firstRows = new Integers()
  readonly #lastRows = new Integers()
  #order = new Uint32Array(0)

  clear(): void {
    this.addresses.length = 0
    this.files.length = 0
    this.lines.length = 0
    this.#firstRows.length = 0
    this.#lastRows.length = 0
  }

  get sequenceCount(): number {
    return this.#order.length
  }

  push(address: number, file: number, line: number): void {
    this.addresses.push(address)
    this.files.push(file)
    this.lines.push(line)
  }

  /** The rows from `first` on are a sequence whose last row only says where it ends. */
  endSequence(first: number): void {
    this.#firstRows.push(first)
    this.#lastRows.push(this.addresses.length - 1)
  }

  /** Forgets the rows from `first` on. */
  drop(first: number): void {
    this.addresses.length = first
    this.files.length = first
    this.lines.length = first
  }

  sort(): void {
    const [count, firstRows, addresses] = [this.#firstRows.length, this.#firstRows, this.addresses]
    const order = new Uint32Array(count)
    let sorted = true
    for (let index = 0; index < count; index++) {
      order[index] = index
      if (index > 0 && addresses.at(firstRows.at(index)) < addresses.at(firstRows.at(index - 1))) sorted = false
    }
    if (!sorted) order.sort((left, right) => addresses.at(firstRows.at(left)) - addresses.at(firstRows.at(right)) || left - right)
    this.#order = order
  }

  /**
   * Number of the last sequence (by address) that begins at or before an address, or 0; of those in one place the first: linkers that fold equal
   * functions leave the lines of each.
   */
  sequenceAt(address: number): number {
    const last = this.#sequencesBefore((start) => start <= address) - 1
    if (last <= 0) return 0
    const found = this.addresses.at(this.firstRow(last))
    return this.#sequencesBefore((start) => start < found)
  }

  /** How many sequences begin before something, which holds for those of lower addresses only. */
  #sequencesBefore(isBefore: (start: number) => boolean): number {
    let [low, high] = [0, this.#order.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(this.addresses.at(this.firstRow(middle)))) low = middle + 1
      else high = middle
    }
    return low
  }

  firstRow(sequence: number): number {
    return this.#firstRows.at(this.#order[sequence] ?? 0)
  }

  lastRow(sequence: number): number {
    return this.#lastRows.at(this.#order[sequence] ?? 0)
  }

  /** The last row of a sequence that begins at or before an address; its first row if none does. */
  rowAt(sequence: number, address: number): number {
    const first = this.firstRow(sequence)
    let [low, high] = [first, this.lastRow(sequence)]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.addresses.at(middle) <= address) low = middle + 1
      else high = middle
    }
    return Math.max(first, low - 1)
  }
}
