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
/** Texts of rules with smaller offsets are kept: at most some megabytes. */
const smallValues = 1024
/** Beside the kinds of registers' rules. */
const frameKind = 7

/** The texts of rules as bytes, each made once. Undefined where a rule cannot be said. */
export class RuleTexts {
  readonly #names: readonly string[]
  readonly returnRegister: number
  readonly #expressions: string[] = []
  readonly #numbers = new Map<string, number>()
  readonly #texts = new Map<number, Uint8Array | undefined>()

  constructor(registers: FrameRegisters, returnRegister: number) {
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

  /** Small values are nearly all there are; a small whole number as a key is what makes this fast. */
  #kept(kind: number, register: number, value: number): Uint8Array | undefined {
    if (value >= smallValues || value < -smallValues) return this.#encoded(kind, register, value)
    const key = (kind * maxRegister + register) * 2 * smallValues + value + smallValues
    let text = this.#texts.get(key)
    if (text === undefined && !this.#texts.has(key)) {
      text = this.#encoded(kind, register, value)
      this.#texts.set(key, text)
    }
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
