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
/** Different rules of one file; offsets are small and few. More are made anew. */
const maxKept = 100_000

/** The texts of rules as bytes, each made once. Undefined where a rule cannot be said. */
export class RuleTexts {
  readonly #names: readonly string[]
  readonly returnRegister: number
  readonly #texts: string[] = []
  readonly #numbers = new Map<string, number>()
  readonly #kept = new Map<number, Uint8Array | undefined>()
  readonly #keptFrames = new Map<number, Uint8Array | undefined>()

  constructor(registers: FrameRegisters, returnRegister: number) {
    this.#names = registers.names
    this.returnRegister = returnRegister
  }

  /** The number of a text for `ruleText`. */
  number(text: string): number {
    let number = this.#numbers.get(text)
    if (number === undefined) {
      number = this.#texts.length
      this.#texts.push(text)
      this.#numbers.set(text, number)
    }
    return number
  }

  /** ` .cfa: …` of a register and an offset. */
  frame(register: number, offset: number): Uint8Array | undefined {
    const key = register * 0x1_0000_0000 + offset
    if (this.#keptFrames.has(key)) return this.#keptFrames.get(key)
    const name = this.#names[register]
    const text = name ? encoder.encode(` .cfa: ${name} ${offset} +`) : undefined
    if (this.#keptFrames.size < maxKept) this.#keptFrames.set(key, text)
    return text
  }

  frameText(number: number): Uint8Array {
    return encoder.encode(` .cfa: ${this.#texts[number] ?? ''}`)
  }

  rule(register: number, kind: number, value: number): Uint8Array | undefined {
    const key = (kind * 2048 + register) * 0x1_0000_0000 + value
    if (this.#kept.has(key)) return this.#kept.get(key)
    const made = this.#rule(register, kind, value)
    const text = made === undefined ? undefined : encoder.encode(made)
    if (this.#kept.size < maxKept) this.#kept.set(key, text)
    return text
  }

  #rule(register: number, kind: number, value: number): string | undefined {
    const own = this.#names[register]
    const name = register === this.returnRegister ? '.ra' : own
    if (!name) return undefined
    if (kind === ruleOffset) return ` ${name}: .cfa ${value} + ^`
    if (kind === ruleValueOffset) return ` ${name}: .cfa ${value} +`
    if (kind === ruleText) return value < 0 ? undefined : ` ${name}: ${this.#texts[value] ?? ''}`
    const source = kind === ruleRegister ? this.#names[value] : kind === ruleSame || kind === ruleNone ? own : undefined
    return source ? ` ${name}: ${source}` : undefined
  }
}
