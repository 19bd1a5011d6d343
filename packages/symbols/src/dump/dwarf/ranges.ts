import type { Doubles } from '../output/number-list.ts'
import { Damage } from '../problem.ts'
import type { WorkBudget } from '../work-budget.ts'
import * as dw from './constants.ts'
import { maxRanges } from './limits.ts'
import { addressAt, type Unit } from './unit.ts'

/** Reads the list that DW_AT_ranges names into pairs of start and end. Lists of version 5 and the older ones. */
export function readRanges(unit: Unit, form: number, value: number, into: Doubles, budget: WorkBudget): void {
  if (unit.header.version >= 5) readRangeList(unit, form, value, into, budget)
  else readOldRanges(unit, value, into, budget)
}

function readOldRanges(unit: Unit, value: number, into: Doubles, budget: WorkBudget): void {
  const { addressSize } = unit.header
  const { addressFile } = unit
  // In a split unit of version 4 they lie in the file of the skeleton.
  let offset = addressFile === unit.file ? value : value + unit.rangesBase
  const newBase = addressSize === 8 ? -1 : 2 ** (addressSize * 8) - 1
  let base = unit.lowPc
  let { cursor } = addressFile.cursorAt('ranges', offset, 4096)
  for (let count = 0; ; count++) {
    spend(budget, count)
    if (cursor.end - cursor.position < addressSize * 2) cursor = addressFile.cursorAt('ranges', offset, 65536).cursor
    const start = cursor.address(addressSize)
    const end = cursor.address(addressSize)
    offset += addressSize * 2
    if (start === 0 && end === 0) return
    if (start === newBase) base = end
    else pushRange(into, base + start, base + end)
  }
}

function readRangeList(unit: Unit, form: number, value: number, into: Doubles, budget: WorkBudget): void {
  const { addressSize, offsetSize } = unit.header
  let offset = value
  if (form === dw.formRnglistx) {
    offset =
      unit.rnglistsBase + unit.file.cursorAt('rnglists', unit.rnglistsBase + value * offsetSize, offsetSize).cursor.offset(offsetSize)
  }
  let { cursor, base: sectionBase } = unit.file.cursorAt('rnglists', offset, 4096)
  const size = unit.file.section('rnglists')?.size ?? 0
  let base = unit.lowPc
  for (let count = 0; ; count++) {
    spend(budget, count)
    // The longest entry has a byte and two numbers of at most ten.
    if (cursor.end - cursor.position < 32 && sectionBase + cursor.end < size) {
      const next = unit.file.cursorAt('rnglists', sectionBase + cursor.position, 65536)
      cursor = next.cursor
      sectionBase = next.base
    }
    const kind = cursor.u8()
    if (kind === 0) return
    if (kind === 1) base = addressAt(unit, cursor.uleb())
    else if (kind === 2) pushRange(into, addressAt(unit, cursor.uleb()), addressAt(unit, cursor.uleb()))
    else if (kind === 3) {
      const start = addressAt(unit, cursor.uleb())
      pushRange(into, start, start + cursor.uleb())
    } else if (kind === 4) pushRange(into, base + cursor.uleb(), base + cursor.uleb())
    else if (kind === 5) base = cursor.address(addressSize)
    else if (kind === 6) pushRange(into, cursor.address(addressSize), cursor.address(addressSize))
    else if (kind === 7) {
      const start = cursor.address(addressSize)
      pushRange(into, start, start + cursor.uleb())
    } else throw new Damage('bad_ranges', 'A list of address ranges has an unknown entry.')
  }
}

function pushRange(into: Doubles, start: number, end: number): void {
  if (start >= end) return
  into.push(start)
  into.push(end)
}

function spend(budget: WorkBudget, count: number): void {
  budget.spend(1)
  if (count > maxRanges) throw new Damage('too_many_ranges', 'The debug information has more address ranges than the limit.')
}
