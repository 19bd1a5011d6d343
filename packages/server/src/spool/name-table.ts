import { hash, randomBytes } from 'node:crypto'

/** Where a record lies: the number of its segment, from 1 on, and its own within it. */
export interface RecordRef {
  readonly segment: number
  readonly record: number
}

const smallest = 1024
/** Of the slots; more makes long searches. */
const fullest = 0.6
/** Below this the table is made smaller, so that it forgets a backlog that is over. */
const emptiest = 0.1

/**
 * Names of records in 27 to 53 bytes each, where a `Map` of strings takes 200: a database that is away for a day leaves a million of them. Only 64 bits of a
 * name's hash are kept, under a secret of this run, since senders choose some of the names; who asks compares the record itself.
 */
export class NameTable {
  readonly #secret = randomBytes(16).toString('hex')
  /** Two words of the hash, the segment (0: free), the record. */
  #slots = new Uint32Array(4 * smallest)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The bytes that it takes. */
  get bytes(): number {
    return this.#slots.byteLength
  }

  /** A name may stand for several records. */
  add(name: string, { segment, record }: RecordRef): void {
    if (this.#size + 1 > fullest * this.#count) this.#resize(2 * this.#count)
    const [high, low] = this.#hash(name)
    this.#put(high, low, segment, record)
    this.#size += 1
  }

  /** The latest last. */
  find(name: string): RecordRef[] {
    const found: RecordRef[] = []
    const [high, low] = this.#hash(name)
    for (let slot = low % this.#count; this.#segmentOf(slot) !== 0; slot = this.#after(slot))
      if (this.#slots[4 * slot] === high && this.#slots[4 * slot + 1] === low)
        found.push({ segment: this.#segmentOf(slot), record: this.#slots[4 * slot + 3] ?? 0 })
    return found.sort((a, b) => a.segment - b.segment || a.record - b.record)
  }

  has(name: string): boolean {
    return this.find(name).length > 0
  }

  remove(name: string, { segment, record }: RecordRef): void {
    const [high, low] = this.#hash(name)
    for (let slot = low % this.#count; this.#segmentOf(slot) !== 0; slot = this.#after(slot)) {
      const at = 4 * slot
      if (this.#slots[at] !== high || this.#slots[at + 1] !== low) continue
      if (this.#slots[at + 2] !== segment || this.#slots[at + 3] !== record) continue
      this.#close(slot)
      this.#size -= 1
      if (this.#count > smallest && this.#size < emptiest * this.#count) this.#resize(this.#count / 2)
      return
    }
  }

  get #count(): number {
    return this.#slots.length / 4
  }

  #segmentOf(slot: number): number {
    return this.#slots[4 * slot + 2] ?? 0
  }

  #after(slot: number): number {
    return (slot + 1) % this.#count
  }

  #hash(name: string): [number, number] {
    const digest = hash('sha1', this.#secret + name, 'buffer')
    return [digest.readUInt32LE(0), digest.readUInt32LE(4)]
  }

  #put(high: number, low: number, segment: number, record: number): void {
    let slot = low % this.#count
    while (this.#segmentOf(slot) !== 0) slot = this.#after(slot)
    const at = 4 * slot
    this.#slots[at] = high
    this.#slots[at + 1] = low
    this.#slots[at + 2] = segment
    this.#slots[at + 3] = record
  }

  /** Frees a slot and moves those behind it up that would not be found any more. */
  #close(freed: number): void {
    let free = freed
    for (let slot = this.#after(free); this.#segmentOf(slot) !== 0; slot = this.#after(slot)) {
      const wanted = (this.#slots[4 * slot + 1] ?? 0) % this.#count
      const staysReachable = free <= slot ? free < wanted && wanted <= slot : free < wanted || wanted <= slot
      if (staysReachable) continue
      this.#slots.copyWithin(4 * free, 4 * slot, 4 * slot + 4)
      free = slot
    }
    this.#slots.fill(0, 4 * free, 4 * free + 4)
  }

  #resize(count: number): void {
    const old = this.#slots
    this.#slots = new Uint32Array(4 * count)
    for (let at = 0; at < old.length; at += 4) {
      const segment = old[at + 2] ?? 0
      if (segment !== 0) this.#put(old[at] ?? 0, old[at + 1] ?? 0, segment, old[at + 3] ?? 0)
    }
  }
}
