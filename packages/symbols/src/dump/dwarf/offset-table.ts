/** What `get` gives for an offset that was not set. */
export const unknownOffset = -2

const leastSlots = 1024
/** A table that one unit made larger is made anew for the next: emptying it would take longer than what small units need. */
const maxKeptSlots = 64 * 1024

/** Numbers from -1 up by offsets in a unit, from 0 to 2^31: a Map of numbers takes four times the memory and three times the time. */
export class OffsetTable {
  /** Offset + 1, or 0. */
  #keys = new Int32Array(leastSlots)
  #values = new Int32Array(leastSlots)
  #count = 0

  get(offset: number): number {
    const keys = this.#keys
    const mask = keys.length - 1
    for (let slot = slotOf(offset, mask); ; slot = (slot + 1) & mask) {
      const key = keys[slot]
      if (key === offset + 1) return this.#values[slot] ?? unknownOffset
      if (key === 0) return unknownOffset
    }
  }

  /** For an offset that was not set before. */
  set(offset: number, value: number): void {
    if ((this.#count + 1) * 2 > this.#keys.length) this.#grow()
    this.#put(offset + 1, value)
    this.#count++
  }

  clear(): void {
    if (this.#count === 0) return
    this.#count = 0
    if (this.#keys.length <= maxKeptSlots) this.#keys.fill(0)
    else {
      this.#keys = new Int32Array(leastSlots)
      this.#values = new Int32Array(leastSlots)
    }
  }

  #put(key: number, value: number): void {
    const keys = this.#keys
    const mask = keys.length - 1
    let slot = slotOf(key - 1, mask)
    while (keys[slot] !== 0) slot = (slot + 1) & mask
    keys[slot] = key
    this.#values[slot] = value
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values]
    this.#keys = new Int32Array(keys.length * 2)
    this.#values = new Int32Array(keys.length * 2)
    for (let slot = 0; slot < keys.length; slot++) {
      const key = keys[slot] ?? 0
      if (key !== 0) this.#put(key, values[slot] ?? 0)
    }
  }
}

function slotOf(offset: number, mask: number): number {
  const mixed = Math.imul(offset, 0x9e37_79b1)
  return (mixed ^ (mixed >>> 15)) & mask
}
