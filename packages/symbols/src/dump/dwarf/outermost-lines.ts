import type { LineJoiner } from './line-joiner.ts'
import { type FoundFunction, inlineFields } from './walk-unit.ts'
import { addLines, type UnitLines } from './write-function.ts'

/** Lines of a range without inlined calls: what was inlined has the line of the outermost call. */
export function addOutermostLines(joiner: LineJoiner, found: FoundFunction, start: number, end: number, lines: UnitLines): void {
  lines.budget.spend(found.inlines.length + found.inlineRanges.length)
  const calls = outermostCalls(found, start, end)
  let at = start
  for (const { from, to, line, file } of calls) {
    if (from < at) continue
    if (from > at) addLines(joiner, at, from, lines)
    joiner.put(from, to, line, lines.files?.id(file) ?? 0)
    at = to
  }
  if (at < end) addLines(joiner, at, end, lines)
}

interface Call {
  readonly from: number
  readonly to: number
  readonly line: number
  readonly file: number
}

function outermostCalls(found: FoundFunction, start: number, end: number): Call[] {
  const { inlines, inlineRanges } = found
  const calls: Call[] = []
  for (let index = 0; index < inlines.length; index += inlineFields) {
    if (inlines.at(index) !== 0) continue
    for (let range = inlines.at(index + 4); range < inlines.at(index + 5); range += 2) {
      const [from, to] = [Math.max(start, inlineRanges.at(range)), Math.min(end, inlineRanges.at(range + 1))]
      if (from < to) calls.push({ from, to, line: Math.max(0, inlines.at(index + 1)), file: inlines.at(index + 2) })
    }
  }
  return calls.sort((left, right) => left.from - right.from)
}
