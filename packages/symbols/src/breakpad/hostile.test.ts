import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { SymbolError } from '../errors.ts'
import type { ModuleSymbols, SourcePosition, SymbolLookup } from '../module-symbols.ts'
import { maxCfiRecordBytes, maxFunctionBodyBytes, maxInlineDepth } from './limits.ts'
import { readModuleRecord } from './module-record.ts'
import { openBreakpadSymbols } from './open-breakpad-symbols.ts'

const moduleLine = 'MODULE Linux x86_64 BBA6FA10B8AAB33D00000000000000000 a.out'
const encoder = new TextEncoder()

function openIfAny(bytes: Uint8Array): ModuleSymbols | undefined {
  try {
    return openBreakpadSymbols(bytesSource(bytes))
  } catch (error) {
    if (error instanceof SymbolError) return undefined
    throw error
  }
}

function askEverything(symbols: ModuleSymbols): void {
  for (const offset of [0, 1, 0x10, 0x14, 0x1f, 0x20, 0x30, 0xffff_ffff, 2 ** 40, -1]) {
    // A function that is found must have been announced; a scan of the stack relies on it.
    if (symbols.lookup(offset) !== undefined) expect(symbols.hasFunction(offset)).toBe(true)
    symbols.cfiAt(offset)
    symbols.winAt(offset)
  }
}

test('throws nothing but SymbolError for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (rubbish, withModule) => {
      const bytes = withModule ? new Uint8Array([...encoder.encode(`${moduleLine}\n`), ...rubbish]) : rubbish
      const symbols = openIfAny(bytes)
      if (symbols !== undefined) askEverything(symbols)
      try {
        readModuleRecord(bytesSource(bytes))
      } catch (error) {
        expect(error).toBeInstanceOf(SymbolError)
      }
    }),
    { numRuns: 500 },
  )
})

const word = fc.constantFrom(
  ...[
    'FUNC',
    'PUBLIC',
    'FILE',
    'INLINE',
    'INLINE_ORIGIN',
    'STACK',
    'CFI',
    'INIT',
    'WIN',
    'INFO',
    'MODULE',
    'm',
    '\n',
    '\n',
    '\n',
    '\r',
    '\0',
    ' ',
  ],
  ...['0', '1', '4', '10', '20', 'ffffffff', 'ffffffffffffffff', '99999999999999999999', '-1', 'f()', '.cfa:', '+', 'é', '='],
)

test('survives every order of words and line ends', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 80 }), (words) => {
      const symbols = openIfAny(encoder.encode(`${moduleLine}\n${words.join(' ').replaceAll(' \n ', '\n')}`))
      if (symbols !== undefined) askEverything(symbols)
    }),
    { numRuns: 1500 },
  )
})

interface Range {
  start: number
  size: number
}

const range = fc.record({ start: fc.nat(80), size: fc.nat(20) })
const line = fc.record({ start: fc.nat(80), size: fc.nat(20), line: fc.nat(5), file: fc.nat(3) })
const inline = fc.record({
  depth: fc.nat(2),
  line: fc.nat(9),
  file: fc.nat(3),
  origin: fc.nat(3),
  ranges: fc.array(range, { minLength: 1, maxLength: 2 }),
})
const func = fc.record({
  start: fc.nat(80),
  size: fc.nat(30),
  lines: fc.array(line, { maxLength: 6 }),
  inlines: fc.array(inline, { maxLength: 5 }),
})
type Func = typeof func extends fc.Arbitrary<infer T> ? T : never

const holds = (at: number, { start, size }: Range): boolean => at >= start && at < start + size
const hex = (value: number): string => value.toString(16)

function write(funcs: Func[], publics: number[]): string {
  const lines = [moduleLine, 'FILE 0 f0', 'FILE 1 f1', 'FILE 2 f2', 'INLINE_ORIGIN 0 o0', 'INLINE_ORIGIN 2 o2', 'INLINE_ORIGIN 1 o1']
  funcs.forEach((f, i) => {
    lines.push(`FUNC ${hex(f.start)} ${hex(f.size)} 0 fn${i}`)
    for (const call of f.inlines) {
      lines.push(
        `INLINE ${call.depth} ${call.line} ${call.file} ${call.origin} ${call.ranges.map((r) => `${hex(r.start)} ${hex(r.size)}`).join(' ')}`,
      )
    }
    for (const l of f.lines) lines.push(`${hex(l.start)} ${hex(l.size)} ${l.line} ${l.file}`)
  })
  publics.forEach((start, i) => {
    lines.push(`PUBLIC ${hex(start)} 0 p${i}`)
  })
  return lines.join('\n')
}

/** The rules of the format, told once more without an index. */
function expectedAt(funcs: Func[], publics: number[], at: number): SymbolLookup | undefined {
  const sorted = funcs.map((f, i) => ({ ...f, i })).filter((f) => f.size > 0)
  sorted.sort((a, b) => a.start - b.start || a.size - b.size || a.i - b.i)
  const kept: typeof sorted = []
  for (const f of sorted) if (kept.every((k) => f.start >= k.start + k.size)) kept.push(f)
  const found = kept.find((f) => holds(at, f))
  if (found === undefined) {
    const below = publics.map((start, i) => ({ start, name: `p${i}` })).filter((p) => p.start <= at)
    const nearest = Math.max(...below.map((p) => p.start))
    if (below.length === 0 || kept.some((f) => f.start <= at && f.start >= nearest)) return undefined
    const name =
      below
        .filter((p) => p.start === nearest)
        .map((p) => p.name)
        .sort()
        .at(-1) ?? ''
    return { function: name, functionOffset: nearest, parameterSize: 0, inlines: [] }
  }
  const place = (l: { line: number; file: number } | undefined): SourcePosition =>
    l === undefined ? {} : { ...(l.file < 3 ? { file: `f${l.file}` } : {}), line: l.line }
  const hit = found.lines.filter((l) => holds(at, l)).sort((a, b) => a.start - b.start || a.size - b.size)[0]
  const calls: (Func['inlines'][number] & { start: number })[] = []
  for (let depth = 0; ; depth++) {
    const candidates = found.inlines
      .filter((call) => call.depth === depth)
      .flatMap((call) => call.ranges.filter((r) => holds(at, r)).map((r) => ({ call, start: r.start })))
      .sort((a, b) => b.start - a.start)
    const [best] = candidates
    if (best === undefined) break
    calls.push({ ...best.call, start: best.start })
  }
  const inlines = calls.map((call, depth) => {
    const position = place(calls[depth + 1] ?? hit)
    if (position.line === 0 && calls[depth + 1] === undefined) delete position.line
    return { function: call.origin < 3 ? `o${call.origin}` : '<name omitted>', ...position }
  })
  const outermost = calls[0] ?? hit
  return {
    function: `fn${found.i}`,
    functionOffset: found.start,
    parameterSize: 0,
    ...place(outermost),
    ...(outermost === undefined ? {} : { lineOffset: outermost.start }),
    ...(calls.length === 0 || hit === undefined ? {} : { innermostLineOffset: hit.start }),
    inlines: inlines.reverse(),
  }
}

test('answers as the rules say, whatever overlaps', () => {
  fc.assert(
    fc.property(fc.array(func, { maxLength: 8 }), fc.array(fc.nat(100), { maxLength: 6 }), (funcs, publics) => {
      const symbols = openBreakpadSymbols(bytesSource(encoder.encode(write(funcs, publics))))
      expect(symbols.badLines).toBe(0)
      for (let at = 0; at < 120; at++) {
        const expected = expectedAt(funcs, publics, at)
        expect(symbols.lookup(at)).toEqual(expected)
        expect(symbols.hasFunction(at)).toBe(expected !== undefined)
      }
    }),
    { numRuns: 300 },
  )
})

test('ends calls inlined without end', () => {
  const lines = Array.from({ length: 5000 }, (_, depth) => `INLINE ${depth} 1 0 0 0 10`)
  const symbols = openBreakpadSymbols(bytesSource(encoder.encode([moduleLine, 'INLINE_ORIGIN 0 f', 'FUNC 0 10 0 g', ...lines].join('\n'))))
  expect(symbols.lookup(4)?.inlines).toHaveLength(maxInlineDepth)
})

test('indexes half a million records in reverse order, all overlapping, without trouble', () => {
  const count = 500_000
  const text: string[] = [moduleLine]
  for (let i = count; i > 0; i--) text.push(`FUNC ${hex(i)} fffffff 0 f`)
  const symbols = openBreakpadSymbols(bytesSource(encoder.encode(text.join('\n'))))
  expect(symbols.lookup(count)?.functionOffset).toBe(1)
  expect(symbols.badLines).toBe(0)
})

test('looks at no more of one function or unwind record than the limits say', () => {
  const lines = [moduleLine, 'FUNC 0 10 0 f']
  const filler = `INLINE 0 1 0 0 20 0 ${'0 '.repeat(4000)}`
  for (let bytes = 0; bytes < maxFunctionBodyBytes; bytes += filler.length + 1) lines.push(filler)
  lines.push('0 10 7 0', 'STACK CFI INIT 0 10 .cfa: a')
  const deltas = Math.ceil((2 * maxCfiRecordBytes) / 'STACK CFI 1 .cfa: b\n'.length)
  for (let i = 0; i < deltas; i++) lines.push('STACK CFI 1 .cfa: b')
  lines.push('FUNC 10 10 0 g', '10 10 8 0')
  const symbols = openBreakpadSymbols(bytesSource(encoder.encode(lines.join('\n'))))
  expect(symbols.lookup(0)).toEqual({ function: 'f', functionOffset: 0, parameterSize: 0, inlines: [] })
  expect(symbols.cfiAt(1)?.deltas.length).toBeLessThan(deltas / 2 + 1)
  expect(symbols.lookup(0x10)).toMatchObject({ function: 'g', line: 8 })
})
