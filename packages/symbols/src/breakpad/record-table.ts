/**
 * Records of one kind, sorted by key (an address or an id), as plain arrays so that they can be stored as they are.
 * `sizes` is empty for records that are no range; `lengths` (bytes in the file, with what belongs to the record) for those of one line.
 */
export interface RecordTable {
  keys: Uint32Array
  offsets: Uint32Array
  sizes: Uint32Array
  lengths: Uint32Array
}

/** What happens when several records claim one key: of ranges the lowest start wins and later overlapping ones go; of ids the last wins; names may share one. */
export type Conflicts = 'drop-overlaps' | 'last-wins' | 'keep-all'

export interface TableColumns {
  sizes: boolean
  lengths: boolean
}

const firstCapacity = 256
const littleEndianHost = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

export class RecordTableBuilder {
  readonly #columns: TableColumns
  count = 0
  #keys = new Uint32Array(firstCapacity)
  #offsets = new Uint32Array(firstCapacity)
  #sizes = new Uint32Array(0)
  #lengths = new Uint32Array(0)

  constructor(columns: TableColumns) {
    this.#columns = columns
    if (columns.sizes) this.#sizes = new Uint32Array(firstCapacity)
    if (columns.lengths) this.#lengths = new Uint32Array(firstCapacity)
  }

  add(key: number, offset: number, size: number): void {
    const i = this.count
    if (i === this.#keys.length) this.#grow()
    this.#keys[i] = key
    this.#offsets[i] = offset
    if (this.#columns.sizes) this.#sizes[i] = size
    this.count = i + 1
  }

  /** The last record with all that belongs to it ends here. */
  endLast(endOffset: number): void {
    if (this.count > 0) this.#lengths[this.count - 1] = endOffset - (this.#offsets[this.count - 1] ?? 0)
  }

  lastKey(): number {
    return this.#keys[this.count - 1] ?? -1
  }

  lastSize(): number {
    return this.#sizes[this.count - 1] ?? 0
  }

  resizeLast(size: number): void {
    if (this.count > 0) this.#sizes[this.count - 1] = size
  }

  /** The builder is of no use afterwards. */
  finish(conflicts: Conflicts): RecordTable {
    const order = this.#isSorted() ? undefined : this.#sortedOrder()
    const whole = (column: Uint32Array<ArrayBuffer>) =>
      column.length === 0 ? column : order === undefined ? resized(column, this.count) : picked(column, order)
    const table = { keys: whole(this.#keys), offsets: whole(this.#offsets), sizes: whole(this.#sizes), lengths: whole(this.#lengths) }
    if (conflicts === 'drop-overlaps') return keepOnly(table, withoutOverlaps(table))
    if (conflicts === 'last-wins') return keepOnly(table, lastOfEachKey(table))
    return table
  }

  #grow(): void {
    const capacity = this.#keys.length * 2
    this.#keys = resized(this.#keys, capacity)
    this.#offsets = resized(this.#offsets, capacity)
    if (this.#columns.sizes) this.#sizes = resized(this.#sizes, capacity)
    if (this.#columns.lengths) this.#lengths = resized(this.#lengths, capacity)
  }

  #isSorted(): boolean {
    const keys = this.#keys
    for (let i = 1; i < this.count; i++) if ((keys[i] ?? 0) < (keys[i - 1] ?? 0)) return false
    return true
  }

  // Sorts key and ordinal as one 64-bit number: the engine's numeric sort, stable because ordinals differ, and no BigInt is ever made.
  #sortedOrder(): Uint32Array {
    const packed = new BigUint64Array(this.count)
    const words = new Uint32Array(packed.buffer)
    const low = littleEndianHost ? 0 : 1
    for (let i = 0; i < this.count; i++) {
      words[i * 2 + low] = i
      words[i * 2 + 1 - low] = this.#keys[i] ?? 0
    }
    packed.sort()
    const order = new Uint32Array(this.count)
    for (let i = 0; i < this.count; i++) order[i] = words[i * 2 + low] ?? 0
    return order
  }
}

/** The position of the last record whose key is not above the given one, or -1. */
export function lastAtOrBelow(table: RecordTable, key: number): number {
  const keys = table.keys
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? 0) <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The position of the range that holds the key, or -1. */
export function rangeAt(table: RecordTable, key: number): number {
  const i = lastAtOrBelow(table, key)
  // Not below zero where the table is sorted; one that came from an index file may not be.
  const distance = key - (table.keys[i] ?? 0)
  return i >= 0 && distance >= 0 && distance < (table.sizes[i] ?? 0) ? i : -1
}

/** The position of the record with this id, or -1. */
export function recordOf(table: RecordTable, key: number): number {
  const i = lastAtOrBelow(table, key)
  return i >= 0 && table.keys[i] === key ? i : -1
}

export function tableBytes(table: RecordTable): number {
  return table.keys.byteLength + table.offsets.byteLength + table.sizes.byteLength + table.lengths.byteLength
}

/**
 * The column with room for so many, in place of the old one: where the engine can hand memory on (Node 22 and newer), nothing is left behind
 * that lies there until the next full collection of garbage.
 */
function resized(column: Uint32Array<ArrayBuffer>, capacity: number): Uint32Array<ArrayBuffer> {
  if (capacity === column.length) return column
  const { buffer } = column
  if ('transfer' in buffer) return new Uint32Array(buffer.transfer(capacity * column.BYTES_PER_ELEMENT))
  const copy = new Uint32Array(capacity)
  copy.set(capacity < column.length ? column.subarray(0, capacity) : column)
  return copy
}

function picked(column: Uint32Array, order: Uint32Array): Uint32Array<ArrayBuffer> {
  const values = new Uint32Array(order.length)
  for (let i = 0; i < order.length; i++) values[i] = column[order[i] ?? 0] ?? 0
  return values
}

// Of equal starts the shortest wins, then the first in the file.
function withoutOverlaps(table: RecordTable): Uint32Array {
  const { keys, sizes } = table
  const kept = new Uint32Array(keys.length)
  let count = 0
  let end = 0
  for (let i = 0; i < keys.length; ) {
    const start = keys[i] ?? 0
    let best = i
    for (i++; i < keys.length && keys[i] === start; i++) if ((sizes[i] ?? 0) < (sizes[best] ?? 0)) best = i
    if (count > 0 && start < end) continue
    kept[count++] = best
    end = start + (sizes[best] ?? 0)
  }
  return kept.subarray(0, count)
}

function lastOfEachKey(table: RecordTable): Uint32Array {
  const { keys } = table
  const kept = new Uint32Array(keys.length)
  let count = 0
  for (let i = 0; i < keys.length; i++) if (i + 1 === keys.length || keys[i + 1] !== keys[i]) kept[count++] = i
  return kept.subarray(0, count)
}

function keepOnly(table: RecordTable, kept: Uint32Array): RecordTable {
  if (kept.length === table.keys.length) return table
  return {
    keys: picked(table.keys, kept),
    offsets: picked(table.offsets, kept),
    sizes: table.sizes.length === 0 ? table.sizes : picked(table.sizes, kept),
    lengths: table.lengths.length === 0 ? table.lengths : picked(table.lengths, kept),
  }
}
