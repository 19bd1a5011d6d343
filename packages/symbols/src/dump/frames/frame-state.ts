import type { Cursor } from '../cursor.ts'
import { Damage } from '../problem.ts'
import type { CommonEntry, PointerBases } from './common-entry.ts'
import { readPointer } from './common-entry.ts'
import { expressionRule, type LinkageTableRule, linkageTableRule } from './expression-rule.ts'
import { maxRegister, maxStates } from './limits.ts'
import { type RuleTexts, ruleNone, ruleOffset, ruleRegister, ruleSame, ruleText, ruleUndefined, ruleValueOffset } from './rule-texts.ts'

/** The frame is at a register and an offset; or at a text; or as in a linkage table; or cannot be said. */
export const frameRegister = 0
export const frameText = 1
export const frameLinkageTable = 2
export const frameUnknown = 3

/** Rules at one place of a function. Registers are DWARF's numbers. */
export class FrameState {
  frameKind: number = frameUnknown
  frameRegister = 0
  /** Or the number of the text. */
  frameOffset = 0
  linkageTable: LinkageTableRule | undefined
  readonly kinds: Uint8Array = new Uint8Array(maxRegister)
  readonly values: Float64Array = new Float64Array(maxRegister)
  /** Registers that ever had a rule. */
  readonly used: number[] = []
  readonly #isUsed = new Uint8Array(maxRegister)

  set(register: number, kind: number, value: number): void {
    if (register >= maxRegister) return
    if (kind !== ruleNone && this.#isUsed[register] === 0) {
      this.#isUsed[register] = 1
      this.used.push(register)
    }
    this.kinds[register] = kind
    this.values[register] = value
  }

  reset(): void {
    const { used } = this
    for (let index = 0; index < used.length; index++) {
      const register = used[index] ?? 0
      this.kinds[register] = ruleNone
      this.#isUsed[register] = 0
    }
    used.length = 0
    this.frameKind = frameUnknown
    this.linkageTable = undefined
  }

  copy(from: FrameState): void {
    this.reset()
    this.frameKind = from.frameKind
    this.frameRegister = from.frameRegister
    this.frameOffset = from.frameOffset
    this.linkageTable = from.linkageTable
    const { used } = from
    for (let index = 0; index < used.length; index++) {
      const register = used[index] ?? 0
      this.set(register, from.kinds[register] ?? 0, from.values[register] ?? 0)
    }
  }
}

export interface FrameRun {
  readonly common: CommonEntry
  readonly texts: RuleTexts
  readonly names: readonly string[]
  readonly bases: PointerBases
  readonly state: FrameState
  /** What DW_CFA_restore goes back to; not given while the common entry itself runs. */
  readonly initial: FrameState | undefined
  /** DW_CFA_remember_state's. */
  readonly saved: FrameState[]
  location: number
  /** Called before the location changes. */
  readonly row: (location: number) => void
}

/** Runs instructions up to the cursor's end. `addressOf` gives the address at a position of the cursor. */
export function runInstructions(cursor: Cursor, run: FrameRun, addressOf: (position: number) => number): void {
  const { common, state } = run
  const { codeAlignment, dataAlignment } = common
  let savedCount = 0
  while (cursor.position < cursor.end) {
    const op = cursor.u8()
    const low = op & 0x3f
    if (op >= 0xc0) restore(run, low)
    else if (op >= 0x80) state.set(low, ruleOffset, cursor.uleb() * dataAlignment)
    else if (op >= 0x40) advance(run, low * codeAlignment)
    else {
      switch (op) {
        case 0x00:
          break
        case 0x01:
          run.row(run.location)
          run.location = readPointer(cursor, common.pointerEncoding, common.addressSize, addressOf(cursor.position), run.bases)
          break
        case 0x02:
          advance(run, cursor.u8() * codeAlignment)
          break
        case 0x03:
          advance(run, cursor.u16() * codeAlignment)
          break
        case 0x04:
          advance(run, cursor.u32() * codeAlignment)
          break
        case 0x05:
          state.set(cursor.uleb(), ruleOffset, cursor.uleb() * dataAlignment)
          break
        case 0x06:
          restore(run, cursor.uleb())
          break
        case 0x07:
          state.set(cursor.uleb(), ruleUndefined, 0)
          break
        case 0x08:
          state.set(cursor.uleb(), ruleSame, 0)
          break
        case 0x09:
          state.set(cursor.uleb(), ruleRegister, cursor.uleb())
          break
        case 0x0a: {
          if (savedCount >= maxStates) throw new Damage('bad_frame', 'Frame information saves too many states.')
          let saved = run.saved[savedCount]
          if (saved === undefined) {
            saved = new FrameState()
            run.saved.push(saved)
          }
          saved.copy(state)
          savedCount++
          break
        }
        case 0x0b: {
          const saved = run.saved[savedCount - 1]
          if (savedCount === 0 || saved === undefined)
            throw new Damage('bad_frame', 'Frame information goes back to a state that was not saved.')
          savedCount--
          state.copy(saved)
          break
        }
        case 0x0c:
          setFrame(state, cursor.uleb(), cursor.uleb())
          break
        case 0x0d:
          setFrame(state, cursor.uleb(), state.frameOffset)
          break
        case 0x0e:
          setFrame(state, state.frameRegister, cursor.uleb())
          break
        case 0x0f:
          frameExpression(cursor, run)
          break
        case 0x10:
          state.set(cursor.uleb(), ruleText, expression(cursor, run, ' ^'))
          break
        case 0x11:
          state.set(cursor.uleb(), ruleOffset, cursor.sleb() * dataAlignment)
          break
        case 0x12:
          setFrame(state, cursor.uleb(), cursor.sleb() * dataAlignment)
          break
        case 0x13:
          setFrame(state, state.frameRegister, cursor.sleb() * dataAlignment)
          break
        case 0x14:
          state.set(cursor.uleb(), ruleValueOffset, cursor.uleb() * dataAlignment)
          break
        case 0x15:
          state.set(cursor.uleb(), ruleValueOffset, cursor.sleb() * dataAlignment)
          break
        case 0x16:
          state.set(cursor.uleb(), ruleText, expression(cursor, run, ''))
          break
        // Signed return addresses on arm64, register windows on SPARC: nothing that rules can say.
        case 0x2d:
          break
        case 0x2e:
          cursor.uleb()
          break
        case 0x2f:
          state.set(cursor.uleb(), ruleOffset, -cursor.uleb() * dataAlignment)
          break
        default:
          throw new Damage('bad_frame', `Frame information has the unknown instruction 0x${op.toString(16)}.`)
      }
    }
  }
}

function advance(run: FrameRun, bytes: number): void {
  run.row(run.location)
  run.location += bytes
}

function restore({ state, initial }: FrameRun, register: number): void {
  if (initial === undefined || register >= maxRegister) return
  state.set(register, initial.kinds[register] ?? ruleNone, initial.values[register] ?? 0)
}

function setFrame(state: FrameState, register: number, offset: number): void {
  state.frameKind = frameRegister
  state.frameRegister = register
  state.frameOffset = offset
}

function frameExpression(cursor: Cursor, { texts, names, state }: FrameRun): void {
  const length = cursor.uleb()
  const at = cursor.skip(length)
  const table = linkageTableRule(cursor.bytes, at, at + length)
  if (table !== undefined) {
    state.frameKind = frameLinkageTable
    state.linkageTable = table
    return
  }
  cursor.position = at
  const text = expressionRule(cursor, at + length, names, undefined)
  cursor.position = at + length
  state.frameKind = text === undefined ? frameUnknown : frameText
  state.frameOffset = text === undefined ? 0 : texts.number(text)
}

function expression(cursor: Cursor, { texts, names }: FrameRun, suffix: string): number {
  const length = cursor.uleb()
  const at = cursor.skip(length)
  cursor.position = at
  const text = expressionRule(cursor, at + length, names, '.cfa')
  cursor.position = at + length
  return text === undefined ? -1 : texts.number(text + suffix)
}
