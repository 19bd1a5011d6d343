import { Doubles } from '../output/number-list.ts'
import type { SymbolRecords } from '../output/symbol-records.ts'
import type { WorkBudget } from '../work-budget.ts'
import type { LineFiles } from './line-header.ts'
import type { LineJoiner } from './line-joiner.ts'
import type { LineRows } from './line-rows.ts'
import { type FoundFunction, inlineFields } from './walk-unit.ts'

/** What the lines of a unit are taken from. */
export interface UnitLines {
  readonly rows: LineRows
  readonly files: LineFiles | undefined
  /** Spent for what is looked at: many functions may claim the same code. */
  readonly budget: WorkBudget
}

const clipped = new Doubles()

/** Adds the inlined calls that lie in one range of a function; addresses are the file's. `origin` names what was inlined. */
export function addInlines(
  records: SymbolRecords,
  found: FoundFunction,
  start: number,
  end: number,
  baseAddress: number,
  lines: UnitLines,
  origin: (offset: number) => number,
): void {
  const { inlines, inlineRanges } = found
  lines.budget.spend(inlines.length + inlineRanges.length)
  for (let index = 0; index < inlines.length; index += inlineFields) {
    clipped.length = 0
    for (let range = inlines.at(index + 4); range < inlines.at(index + 5); range += 2) {
      const from = larger(start, inlineRanges.at(range))
      const to = smaller(end, inlineRanges.at(range + 1))
      if (from >= to) continue
      clipped.push(from - baseAddress)
      clipped.push(to - from)
    }
    if (clipped.length === 0) continue
    const file = lines.files?.id(inlines.at(index + 2)) ?? 0
    records.addInline(
      inlines.at(index),
      larger(0, inlines.at(index + 1)),
      file,
      origin(inlines.at(index + 3)),
      clipped.array,
      0,
      clipped.length,
    )
  }
}

/** Adds the lines of a range. */
export function addLines(joiner: LineJoiner, start: number, end: number, { rows, files, budget }: UnitLines): void {
  if (files === undefined || rows.sequenceCount === 0) return
  let covered = start
  for (let sequence = rows.sequenceAt(start); sequence < rows.sequenceCount && covered < end; sequence++) {
    const last = rows.lastRow(sequence)
    const first = rows.rowAt(sequence, covered)
    let row = first
    if (rows.addresses.at(row) >= end) return
    for (; row < last; row++) {
      const rowStart = larger(rows.addresses.at(row), covered)
      if (rowStart >= end) break
      const rowEnd = smaller(rows.addresses.at(row + 1), end)
      if (rowEnd <= rowStart) continue
      joiner.put(rowStart, rowEnd, larger(0, rows.lines.at(row)), files.id(rows.files.at(row)))
      covered = rowEnd
    }
    budget.spend(row - first + 1)
  }
}

// Those of `Math` are calls for V8's quick compiler.

function larger(left: number, right: number): number {
  return left > right ? left : right
}

function smaller(left: number, right: number): number {
  return left < right ? left : right
}
