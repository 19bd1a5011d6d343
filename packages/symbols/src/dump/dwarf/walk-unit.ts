import type { Cursor } from '../cursor.ts'
import { Doubles } from '../output/number-list.ts'
import { Damage } from '../problem.ts'
import type { WorkBudget } from '../work-budget.ts'
import { kindFunction, kindInlined, kindOther } from './abbreviations.ts'
import * as dw from './constants.ts'
import { isAddressForm, isAddressIndex, readForm, takeStep } from './forms.ts'
import { maxDepth, maxNestedFunctions } from './limits.ts'
import { readRanges } from './ranges.ts'
import { addressAt, type Unit } from './unit.ts'

/** A function with code, and what was inlined into it, while its entries are walked. Used again and again. */
export class FoundFunction {
  /** Pairs of start and end. */
  readonly ranges: Doubles = new Doubles()
  linkageForm = 0
  linkage = 0
  nameForm = 0
  name = 0
  origin = -1
  /** Six numbers for each inlined call: depth, line, file, origin, first and behind the last of its ranges. */
  readonly inlines: Doubles = new Doubles()
  /** Pairs of start and end, of all inlined calls. */
  readonly inlineRanges: Doubles = new Doubles()

  clear(): void {
    this.ranges.length = 0
    this.inlines.length = 0
    this.inlineRanges.length = 0
    this.linkageForm = 0
    this.nameForm = 0
    this.origin = -1
  }
}

export const inlineFields = 6

export interface WalkLimits {
  readonly budget: WorkBudget
  readonly isCode: (address: number) => boolean
  /** The size that a symbol table has for the function at exactly this address, or 0. */
  readonly symbolSize?: ((address: number) => number) | undefined
}

/** Walks all entries of a unit and hands over each function with code when its last entry was read. The function is the walker's; it is used again. */
export class UnitWalker {
  readonly #limits: WalkLimits
  readonly #found: (unit: Unit, found: FoundFunction) => void
  readonly #pool: FoundFunction[] = []
  // By depth of entries: what is restored where the children end.
  readonly #functions = new Int32Array(maxDepth + 1)
  readonly #inlineDepths = new Int32Array(maxDepth + 1)
  readonly #scratch = new Doubles()

  constructor(limits: WalkLimits, found: (unit: Unit, found: FoundFunction) => void) {
    this.#limits = limits
    this.#found = found
  }

  walk(unit: Unit): void {
    const { cursor, abbreviations } = unit
    const { kinds, children, fixedSizes, tags } = abbreviations
    let depth = 0
    // Index of the innermost function with code, -1 outside of one; how many of the pool are in use.
    let current = -1
    let inUse = 0
    let inlineDepth = 0
    while (cursor.position < cursor.end) {
      const code = cursor.uleb()
      if (code === 0) {
        if (depth === 0) continue
        depth--
        const before = this.#functions[depth] ?? -1
        if (current >= 0 && current !== before && before < current) {
          this.#finish(unit, current)
          inUse = current
        }
        current = before
        inlineDepth = this.#inlineDepths[depth] ?? 0
        continue
      }
      if ((tags[code] ?? 0) === 0 || code >= tags.length)
        throw new Damage('bad_entry', 'An entry of the debug information has no abbreviation.')
      const kind = kinds[code] ?? 0
      const hasChildren = (children[code] ?? 0) !== 0
      let next = current
      let nextInlineDepth = inlineDepth
      if (kind === kindOther) {
        const fixed = fixedSizes[code] ?? -1
        if (fixed >= 0) cursor.skip(fixed)
        else this.#skip(unit, cursor, code)
      } else if (kind === kindFunction) {
        if (inUse >= maxNestedFunctions) throw new Damage('too_deep', 'Functions of the debug information are nested too deeply.')
        const found = this.#function(inUse)
        next = this.#readFunction(unit, code, found) ? inUse : -1
        nextInlineDepth = 0
        if (next >= 0) {
          if (hasChildren) inUse++
          else this.#finish(unit, next)
        }
      } else if (current < 0) this.#skip(unit, cursor, code)
      else if (kind === kindInlined && this.#readInlined(unit, code, this.#function(current), inlineDepth)) nextInlineDepth++
      if (!hasChildren) continue
      if (depth >= maxDepth) throw new Damage('too_deep', 'Entries of the debug information are nested too deeply.')
      this.#functions[depth] = current
      this.#inlineDepths[depth] = inlineDepth
      depth++
      current = next
      inlineDepth = nextInlineDepth
    }
    // A unit that is cut off still has the functions that were begun.
    while (inUse > 0) this.#finish(unit, --inUse)
  }

  #function(index: number): FoundFunction {
    let found = this.#pool[index]
    if (found === undefined) {
      found = new FoundFunction()
      this.#pool[index] = found
    }
    return found
  }

  #finish(unit: Unit, index: number): void {
    this.#found(unit, this.#function(index))
  }

  #skip(unit: Unit, cursor: Cursor, code: number): void {
    const { steps, stepStarts, stepEnds, fixedSizes } = unit.abbreviations
    const fixed = fixedSizes[code] ?? -1
    if (fixed >= 0) {
      cursor.skip(fixed)
      return
    }
    for (let index = stepStarts[code] ?? 0, end = stepEnds[code] ?? 0; index < end; index++) {
      const step = steps[index] ?? 0
      if (step > 0) cursor.skip(step)
      else takeStep(cursor, step, unit.header)
    }
  }

  /** Whether the function has code. */
  #readFunction(unit: Unit, code: number, found: FoundFunction): boolean {
    const { cursor, abbreviations, header } = unit
    found.clear()
    const { planNames, planForms, planImplicits, planStarts, planEnds } = abbreviations
    let lowForm = 0
    let low = 0
    let highForm = 0
    let high = 0
    let rangesForm = 0
    let ranges = 0
    for (let index = planStarts[code] ?? 0, end = planEnds[code] ?? 0; index < end; index++) {
      const name = planNames[index] ?? 0
      const form = planForms[index] ?? 0
      if (name === 0) {
        takeStep(cursor, form, header)
        continue
      }
      const value = readForm(cursor, form, header, header.offset, planImplicits[index] ?? 0)
      if (name === dw.atLowPc) {
        lowForm = form
        low = value
      } else if (name === dw.atHighPc) {
        highForm = form
        high = value
      } else if (name === dw.atRanges) {
        rangesForm = form
        ranges = value
      } else if (name === dw.atName) {
        found.nameForm = form
        found.name = value
      } else if (name === dw.atLinkageName || name === dw.atMipsLinkageName) {
        found.linkageForm = form
        found.linkage = value
      } else if (name === dw.atAbstractOrigin || name === dw.atSpecification) found.origin = originOf(form, value)
    }
    this.#addRanges(unit, lowForm, low, highForm, high, rangesForm, ranges, found.ranges)
    const isEmpty = found.ranges.length === 0 && rangesForm === 0 && highForm !== 0 && high === 0 && !isAddressForm(highForm)
    if (isEmpty && lowForm !== 0) this.#addSymbolRange(isAddressIndex(lowForm) ? addressAt(unit, low) : low, found.ranges)
    return found.ranges.length > 0
  }

  /** GCC for RISC-V, where the linker changes sizes, writes 0 into split units, which no linker changes. */
  #addSymbolRange(start: number, into: Doubles): void {
    const { isCode, symbolSize } = this.#limits
    const size = isCode(start) ? (symbolSize?.(start) ?? 0) : 0
    if (size <= 0) return
    into.push(start)
    into.push(start + size)
  }

  /** Whether the inlined call has code; then it is noted with its function. */
  #readInlined(unit: Unit, code: number, found: FoundFunction, depth: number): boolean {
    const { cursor, abbreviations, header } = unit
    const { planNames, planForms, planImplicits, planStarts, planEnds } = abbreviations
    let lowForm = 0
    let low = 0
    let highForm = 0
    let high = 0
    let rangesForm = 0
    let ranges = 0
    let line = 0
    let file = 0
    let origin = -1
    for (let index = planStarts[code] ?? 0, end = planEnds[code] ?? 0; index < end; index++) {
      const name = planNames[index] ?? 0
      const form = planForms[index] ?? 0
      if (name === 0) {
        takeStep(cursor, form, header)
        continue
      }
      const value = readForm(cursor, form, header, header.offset, planImplicits[index] ?? 0)
      if (name === dw.atLowPc) {
        lowForm = form
        low = value
      } else if (name === dw.atHighPc) {
        highForm = form
        high = value
      } else if (name === dw.atRanges) {
        rangesForm = form
        ranges = value
      } else if (name === dw.atCallLine) line = value
      else if (name === dw.atCallFile) file = value
      else if (name === dw.atAbstractOrigin) origin = originOf(form, value)
    }
    const from = found.inlineRanges.length
    this.#addRanges(unit, lowForm, low, highForm, high, rangesForm, ranges, found.inlineRanges)
    const to = found.inlineRanges.length
    if (to === from) return false
    const { inlines } = found
    inlines.push(depth)
    inlines.push(line)
    inlines.push(file)
    inlines.push(origin)
    inlines.push(from)
    inlines.push(to)
    return true
  }

  #addRanges(
    unit: Unit,
    lowForm: number,
    low: number,
    highForm: number,
    high: number,
    rangesForm: number,
    ranges: number,
    into: Doubles,
  ): void {
    const { isCode } = this.#limits
    if (rangesForm !== 0) {
      const scratch = this.#scratch
      scratch.length = 0
      readRanges(unit, rangesForm, ranges, scratch, this.#limits.budget)
      for (let index = 0; index < scratch.length; index += 2) {
        if (!isCode(scratch.at(index))) continue
        into.push(scratch.at(index))
        into.push(scratch.at(index + 1))
      }
      return
    }
    if (lowForm === 0 || highForm === 0) return
    const start = isAddressIndex(lowForm) ? addressAt(unit, low) : low
    const end = isAddressIndex(highForm) ? addressAt(unit, high) : isAddressForm(highForm) ? high : start + high
    if (start >= end || !isCode(start)) return
    into.push(start)
    into.push(end)
  }
}

/** References to units of types by signature lead to no function with code. */
function originOf(form: number, value: number): number {
  return form === dw.formRefSig8 ? -1 : value
}
