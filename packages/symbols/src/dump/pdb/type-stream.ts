import { Damage } from '../problem.ts'
import { maxTypeReads, maxTypeWindows } from './limits.ts'
import { u16, u32 } from './little-endian.ts'
import type { MsfFile } from './msf.ts'
import { StreamWindow } from './stream-window.ts'

/** Every so many types, the place of one is kept; the others are found by stepping from there. */
const stride = 8

/**
 * Types (stream 2) or ids (stream 4) by index. Records are of variable length, so places are learnt while the stream is read on: as far as the
 * highest index asked for. After `find`, the record's kind stands at `bytes[at]`, and the record ends at `end`, until the next `find`.
 */
export class TypeStream {
  readonly begin: number
  readonly endIndex: number
  bytes: Uint8Array = new Uint8Array(0)
  at = 0
  end = 0
  readonly #window: StreamWindow
  readonly #limit: number
  #places = new Float64Array(1024)
  #known = 0
  #reads = 0
  /** Index and place of the first type that was not passed yet. */
  #nextIndex: number
  #nextPlace: number

  static open(msf: MsfFile, index: number): TypeStream | undefined {
    const stream = msf.stream(index)
    if (stream === undefined) return undefined
    const head = stream.read(0, 56)
    return head.length < 20 ? undefined : new TypeStream(new StreamWindow(stream, maxTypeWindows), head)
  }

  private constructor(window: StreamWindow, head: Uint8Array) {
    this.#window = window
    this.begin = u32(head, 8)
    this.endIndex = u32(head, 12)
    this.#nextIndex = this.begin
    this.#nextPlace = u32(head, 4)
    this.#limit = Math.min(window.size, u32(head, 4) + u32(head, 16))
  }

  /** False where there is no such type. */
  find(index: number): boolean {
    if (++this.#reads > maxTypeReads) throw new Damage('pdb_types', 'More types were looked up than names need.')
    if (index < this.begin || index >= this.endIndex) return false
    const slot = Math.floor((index - this.begin) / stride)
    if (slot < this.#known) return this.#walk(this.begin + slot * stride, this.#places[slot] ?? 0, index)
    return this.#walk(this.#nextIndex, this.#nextPlace, index)
  }

  #walk(from: number, place: number, index: number): boolean {
    for (let current = from; place + 4 <= this.#limit; current++) {
      this.#window.seek(place)
      const { bytes, at } = this.#window
      const length = u16(bytes, at)
      if (length < 2) return false
      if (current >= this.#nextIndex) this.#learn(current, place, place + 2 + length)
      if (current === index) {
        this.bytes = bytes
        this.at = at + 2
        this.end = Math.min(at + 2 + length, bytes.length)
        return true
      }
      place += 2 + length
    }
    return false
  }

  #learn(index: number, place: number, next: number): void {
    if ((index - this.begin) % stride === 0) {
      if (this.#known === this.#places.length) {
        const larger = new Float64Array(this.#known * 2)
        larger.set(this.#places)
        this.#places = larger
      }
      this.#places[this.#known++] = place
    }
    this.#nextIndex = index + 1
    this.#nextPlace = next
  }
}
