/** 32 bit addresses in one typed array: a million take 8 MB, where a `Set` takes fifty. */
export class AddressSet {
  /** Address + 1, or 0. */
  #slots = new Float64Array(1024)
  #count = 0

  /** False where it is in already. */
  add(address: number): boolean {
    if (this.#count * 2 >= this.#slots.length) this.#grow()
    return this.#insert(this.#slots, address + 1)
  }

  #insert(slots: Float64Array, entry: number): boolean {
    const mask = slots.length - 1
    for (let slot = (Math.imul(entry, 0x9e37_79b1) >>> 8) & mask; ; slot = (slot + 1) & mask) {
      const held = slots[slot]
      if (held === entry) return false
      if (held !== 0) continue
      slots[slot] = entry
      this.#count++
      return true
    }
  }

  #grow(): void {
    const old = this.#slots
    const slots = new Float64Array(old.length * 2)
    this.#count = 0
    for (const entry of old) if (entry !== 0) this.#insert(slots, entry)
    this.#slots = slots
  }
}
