import { maxNameBytes, maxNameLength, maxWorkPerByte, minWork } from '../limits.ts'
import { Damage } from '../problem.ts'
import { releaseMemory } from './release-memory.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** Different names as bytes in one array, numbered from 0 in the order of their arrival: no string and no object per name. */
export class NameTable {
  #bytes = new Uint8Array(64 * 1024)
  #length = 0
  /** Where name `n` ends; it begins where the one before ends. */
  #ends = new Uint32Array(1024)
  #hashes = new Int32Array(1024)
  /** Open addressing: number + 1, or 0. */
  #slots = new Int32Array(4096)
  #count = 0
  /** Bytes that may still be compared: many records may have the same long name. */
  #left = minWork * 4

  /** Called with the size of what is read. */
  allow(bytes: number): void {
    this.#left += bytes * maxWorkPerByte
  }

  get count(): number {
    return this.#count
  }

  add(name: string): number {
    const bytes = encoder.encode(name)
    return this.addBytes(bytes, 0, bytes.length)
  }

  /** Longer names are cut at `maxNameLength`. */
  addBytes(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > maxNameLength) end = start + maxNameLength
    this.#left -= end - start
    if (this.#left < 0) throw new Damage('too_much_work', 'The file has the same long names so often that reading was given up.')
    let hash = 0x811c9dc5 | 0
    let index = start
    // Four bytes at a time.
    for (const last = end - 3; index < last; index += 4) {
      const word = (bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8) | ((bytes[index + 2] ?? 0) << 16) | ((bytes[index + 3] ?? 0) << 24)
      hash = Math.imul(hash ^ word, 0x85eb_ca6b)
      hash ^= hash >>> 13
    }
    for (; index < end; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x0100_0193)
    hash ^= hash >>> 15
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] ?? 0
      if (entry === 0) {
        this.#slots[slot] = this.#count + 1
        break
      }
      if (this.#hashes[entry - 1] === hash && this.#equal(entry - 1, bytes, start, end)) return entry - 1
    }
    return this.#append(hash, bytes, start, end)
  }

  get(id: number): string {
    return decoder.decode(this.bytes(id))
  }

  /** A view; valid until the next `add`. */
  bytes(id: number): Uint8Array {
    return this.#bytes.subarray(this.startOf(id), this.endOf(id))
  }

  /** Holds all names; valid until the next `add`. */
  get buffer(): Uint8Array {
    return this.#bytes
  }

  /** Where a name begins in `buffer`. */
  startOf(id: number): number {
    return id === 0 ? 0 : (this.#ends[id - 1] ?? 0)
  }

  endOf(id: number): number {
    return this.#ends[id] ?? 0
  }

  #equal(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.startOf(id)
    if ((this.#ends[id] ?? 0) - from !== end - start) return false
    const own = this.#bytes
    for (let index = start, at = from; index < end; index++, at++) if (own[at] !== bytes[index]) return false
    return true
  }

  #append(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const length = this.#length + end - start
    if (length > maxNameBytes) throw new Damage('too_many_names', 'The names of the file are longer than the limit, all together.')
    if (length > this.#bytes.length) this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(length, this.#bytes.length * 2)))
    const own = this.#bytes
    for (let from = start, to = this.#length; from < end; from++, to++) own[to] = bytes[from] ?? 0
    this.#length = length
    const id = this.#count++
    if (id >= this.#ends.length) {
      this.#ends = grown(this.#ends, new Uint32Array(id * 2))
      this.#hashes = grown(this.#hashes, new Int32Array(id * 2))
    }
    this.#ends[id] = length
    this.#hashes[id] = hash
    if (this.#count * 2 > this.#slots.length) this.#rehash()
    return id
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let id = 0; id < this.#count; id++) {
      let slot = (this.#hashes[id] ?? 0) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    releaseMemory(this.#slots)
    this.#slots = slots
  }
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(old: T, larger: T): T {
  larger.set(old)
  releaseMemory(old)
  return larger
}
