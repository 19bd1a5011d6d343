import { Doubles } from '../output/number-list.ts'
import type { SymbolRecords } from '../output/symbol-records.ts'
import type { WorkBudget } from '../work-budget.ts'
import type { LineFiles } from './line-header.ts'
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
      const from = Math.max(start, inlineRanges.at(range))
      const to = Math.min(end, inlineRanges.at(range + 1))
      if (from >= to) continue
      clipped.push(from - baseAddress)
      clipped.push(to - from)
    }
    if (clipped.length === 0) continue
    const file = lines.files?.id(inlines.at(index + 2)) ?? 0
    records.addInline(
      inlines.at(index),
      Math.max(0, inlines.at(index + 1)),
      file,
      origin(inlines.at(index + 3)),
      clipped.array,
      0,
      clipped.length,
    )
  }
}

/** Adds the lines of a range; neighbours that say the same are one. */
export function addLines(
  records: SymbolRecords,
  start: number,
  end: number,
  baseAddress: number,
  { rows, files, budget }: UnitLines,
): void {
  if (files === undefined || rows.sequenceCount === 0) return
  let covered = start
  let [from, to, line, file] = [start, start, -1, -1]
  const put = (): void => {
    if (to > from && line >= 0) records.addLine(from - baseAddress, to - from, line, file)
  }
  for (let sequence = rows.sequenceAt(start); sequence < rows.sequenceCount; sequence++) {
    const last = rows.lastRow(sequence)
    let row = rows.rowAt(sequence, covered)
    const firstRow = row
    if (rows.addresses.at(row) >= end) break
    for (; row < last; row++) {
      const rowStart = Math.max(rows.addresses.at(row), covered)
      if (rowStart >= end) break
      const rowEnd = Math.min(rows.addresses.at(row + 1), end)
      if (rowEnd <= rowStart) continue
      const rowLine = Math.max(0, rows.lines.at(row))
      const rowFile = files.id(rows.files.at(row))
      if (rowStart === to && rowLine === line && rowFile === file) to = rowEnd
      else {
        put()
        from = rowStart
        to = rowEnd
        line = rowLine
        file = rowFile
      }
      covered = rowEnd
    }
    budget.spend(row - firstRow + 1)
    if (covered >= end) break
  }
  put()
}
