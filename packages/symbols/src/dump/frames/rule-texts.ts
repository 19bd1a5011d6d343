import { maxRegister } from './limits.ts'
import type { FrameRegisters } from './register-names.ts'

export const ruleNone = 0
export const ruleUndefined = 1
export const ruleSame = 2
export const ruleOffset = 3
export const ruleValueOffset = 4
export const ruleRegister = 5
/** The value is an index of texts; a rule that cannot be said is -1. */
export const ruleText = 6

const encoder = new TextEncoder()
/** Texts of rules with smaller offsets are kept. */
const smallValues = 1024
/** So many, as a power of two; a table of 4 MB has some 300. */
const keptBits = 12
/** Beside the kinds of registers' rules. */
const frameKind = 7

/** Texts that were made last, one at each slot: a Map of them was a tenth of the time of a large table. For all common entries of one section. */
export class KeptTexts {
  /** 0 is none. */
  readonly keys: Int32Array = new Int32Array(1 << keptBits)
  readonly texts: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(1 << keptBits)
}

/** The texts of rules as bytes, nearly each made once. Undefined where a rule cannot be said. */
export class RuleTexts {
  readonly #names: readonly string[]
  readonly returnRegister: number
  readonly #expressions: string[] = []
  readonly #numbers = new Map<string, number>()
  readonly #texts: KeptTexts

  constructor(registers: FrameRegisters, returnRegister: number, texts: KeptTexts) {
    this.#texts = texts
    this.#names = registers.names
    this.returnRegister = returnRegister
  }

  /** The number of a text for `ruleText`. */
  number(text: string): number {
    let number = this.#numbers.get(text)
    if (number === undefined) {
      number = this.#expressions.length
      this.#expressions.push(text)
      this.#numbers.set(text, number)
    }
    return number
  }

  /** ` .cfa: …` of a register and an offset. */
  frame(register: number, offset: number): Uint8Array | undefined {
    return this.#kept(frameKind, register, offset)
  }

  frameText(number: number): Uint8Array {
    return encoder.encode(` .cfa: ${this.#expressions[number] ?? ''}`)
  }

  rule(register: number, kind: number, value: number): Uint8Array | undefined {
    return this.#kept(kind, register, value)
  }

  /** Small values are nearly all there are. */
  #kept(kind: number, register: number, value: number): Uint8Array | undefined {
    if (value >= smallValues || value < -smallValues || kind === ruleText) return this.#encoded(kind, register, value)
    const isReturn = register === this.returnRegister ? 1 : 0
    const key = (((kind * maxRegister + register) * 2 + isReturn) * 2 + 1) * smallValues + value + 1
    const slot = Math.imul(key, 0x9e37_79b1) >>> (32 - keptBits)
    const { keys, texts } = this.#texts
    if (keys[slot] === key) return texts[slot]
    const text = this.#encoded(kind, register, value)
    keys[slot] = key
    texts[slot] = text
    return text
  }

  #encoded(kind: number, register: number, value: number): Uint8Array | undefined {
    const made = this.#rule(register, kind, value)
    return made === undefined ? undefined : encoder.encode(made)
  }

  #rule(register: number, kind: number, value: number): string | undefined {
    const own = this.#names[register]
    if (kind === frameKind) return own ? ` .cfa: ${own} ${value} +` : undefined
    const name = register === this.returnRegister ? '.ra' : own
    if (!name) return undefined
    // Where a thread begins no frame is to be looked for; other registers are just not known.
    if (kind === ruleUndefined) return name === '.ra' ? ' .ra: 0' : undefined
    if (kind === ruleOffset) return ` ${name}: .cfa ${value} + ^`
    if (kind === ruleValueOffset) return ` ${name}: .cfa ${value} +`
    if (kind === ruleText) return value < 0 ? undefined : ` ${name}: ${this.#expressions[value] ?? ''}`
    const source = kind === ruleRegister ? this.#names[value] : kind === ruleSame || kind === ruleNone ? own : undefined
    return source ? ` ${name}: ${source}` : undefined
  }
}
