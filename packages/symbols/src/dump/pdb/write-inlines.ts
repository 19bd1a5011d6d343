import type { SymbolRecords } from '../output/symbol-records.ts'

/** A range of code that one inlined call has, with its call site. */
export interface InlineRange {
  readonly start: number
  readonly end: number
  readonly depth: number
  readonly origin: number
  readonly line: number
  readonly file: number
}

/** Calls of one function that are searched one by one; beyond, by a key. */
const maxSearchedCalls = 16

interface InlineCall {
  readonly range: InlineRange
  readonly pairs: number[]
}

/** Ranges of the same call become one record. */
export function writeInlines(ranges: InlineRange[], records: SymbolRecords): void {
  const calls: InlineCall[] = []
  let byKey: Map<string, InlineCall> | undefined
  if (ranges.length > 1) ranges.sort((left, right) => left.start - right.start || left.depth - right.depth)
  for (const range of ranges) {
    const known = calls.length <= maxSearchedCalls ? calls.find((call) => isSameCall(call.range, range)) : byKey?.get(keyOf(range))
    if (known === undefined) {
      const call = { range, pairs: [range.start, range.end - range.start] }
      calls.push(call)
      if (calls.length > maxSearchedCalls) {
        byKey ??= new Map(calls.map((earlier) => [keyOf(earlier.range), earlier]))
        byKey.set(keyOf(range), call)
      }
      continue
    }
    const { pairs } = known
    const lastSize = pairs[pairs.length - 1] ?? 0
    if ((pairs[pairs.length - 2] ?? 0) + lastSize === range.start) pairs[pairs.length - 1] = lastSize + range.end - range.start
    else pairs.push(range.start, range.end - range.start)
  }
  for (const { range, pairs } of calls) records.addInline(range.depth, range.line, range.file, range.origin, pairs)
}

function isSameCall(left: InlineRange, right: InlineRange): boolean {
  return left.depth === right.depth && left.origin === right.origin && left.line === right.line && left.file === right.file
}

function keyOf({ depth, origin, line, file }: InlineRange): string {
  return `${depth} ${origin} ${line} ${file}`
}
