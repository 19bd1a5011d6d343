/** The codes by which ARM's exception handling takes a frame away, as rules of STACK CFI. */

const stackPointer = 13
const linkRegister = 14
const programCounter = 15
const names = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11', 'r12', 'sp', 'lr', 'pc']
const finish = 0xb0

interface Slot {
  readonly base: number
  readonly offset: number
}

/** Undefined where the codes are damaged, of another processor, or say what no rule can say. */
export function armUnwindRules(codes: Uint8Array): string | undefined {
  const frame = new Frame()
  for (let at = 0; at < codes.length; ) {
    const code = codes[at++] ?? finish
    const operand = codes[at] ?? 0
    if (code === finish) break
    if (code < 0x40) frame.offset += (code << 2) + 4
    else if (code < 0x80) frame.offset -= ((code & 0x3f) << 2) + 4
    else if (code < 0x90) {
      const mask = ((code & 15) << 8) | operand
      at++
      // None at all: the function refuses to be unwound.
      if (mask === 0) return undefined
      frame.pop(mask << 4)
    } else if (code < 0xa0) {
      const register = code & 15
      if (register === stackPointer || register === programCounter || !frame.moveTo(register)) return undefined
    } else if (code < 0xb0) frame.pop((((2 << (code & 7)) - 1) << 4) | ((code & 8) !== 0 ? 1 << linkRegister : 0))
    else if (code === 0xb1) {
      if (operand === 0 || operand > 15) return undefined
      at++
      frame.pop(operand)
    } else if (code === 0xb2) {
      let [value, factor] = [0, 1]
      for (;;) {
        const byte = codes[at++]
        if (byte === undefined || factor > 2 ** 28) return undefined
        value += (byte & 0x7f) * factor
        factor *= 128
        if (byte < 0x80) break
      }
      frame.offset += 0x204 + value * 4
    } else if (code === 0xb4) frame.offset += 4
    else if (code === 0xb3 || code === 0xc8 || code === 0xc9) {
      // Vector registers in pairs; the oldest way to save them has a word more.
      frame.offset += ((operand & 15) + 1) * 8 + (code === 0xb3 ? 4 : 0)
      at++
    } else if (code >= 0xb8 && code < 0xc0) frame.offset += ((code & 7) + 1) * 8 + 4
    else if (code >= 0xd0 && code < 0xd8) frame.offset += ((code & 7) + 1) * 8
    else return undefined
  }
  return frame.rules()
}

class Frame {
  base = stackPointer
  offset = 0
  readonly #saved = new Map<number, Slot>()

  /** Registers of a mask lie in the order of their numbers. */
  pop(mask: number): void {
    for (let register = 0; register < names.length; register++) {
      if ((mask & (1 << register)) === 0) continue
      this.#saved.set(register, { base: this.base, offset: this.offset })
      this.offset += 4
    }
  }

  /** False where the register has its caller's value already. */
  moveTo(register: number): boolean {
    if (this.#saved.has(register)) return false
    this.base = register
    this.offset = 0
    return true
  }

  rules(): string | undefined {
    if (this.#saved.has(stackPointer)) return undefined
    const returned = this.#saved.get(programCounter) ?? this.#saved.get(linkRegister)
    const rules = [`.cfa: ${names[this.base]} ${this.offset} +`, `.ra: ${returned === undefined ? 'lr' : this.#at(returned)}`]
    for (const [register, slot] of this.#saved) if (register < stackPointer) rules.push(`${names[register]}: ${this.#at(slot)}`)
    return rules.join(' ')
  }

  #at({ base, offset }: Slot): string {
    return base === this.base ? `.cfa ${offset - this.offset} + ^` : `${names[base]} ${offset} + ^`
  }
}
