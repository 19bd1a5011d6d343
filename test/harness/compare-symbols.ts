/** What our symbol files say about ELF programs, beside what LLVM and binutils say. */

import { expect } from 'vitest'
import { bytesSource, type ModuleSymbols, openBreakpadSymbols } from '../../packages/symbols/src/index.ts'
import { dumpSymbolFile } from '../../packages/symbols/src/node/index.ts'
import { baseAddress, functionAliases, symbolize, type UnwindRow } from './symbolizer.ts'

/** Dumped without problems. */
export function symbolsOf(path: string): ModuleSymbols {
  const chunks: Uint8Array[] = []
  const { problems } = dumpSymbolFile(path, (chunk) => chunks.push(chunk))
  expect(problems).toEqual([])
  const symbols = openBreakpadSymbols(bytesSource(new Uint8Array(Buffer.concat(chunks))))
  expect(symbols.badLines).toBe(0)
  return symbols
}

/** Functions, files, lines and inlined calls at these addresses; llvm-symbolizer is asked about `twin`. */
export function compareLookups(
  symbols: ModuleSymbols,
  path: string,
  twin: string,
  addresses: readonly number[],
): { readonly compared: number; readonly differences: readonly unknown[] } {
  const base = baseAddress(path)
  const theirs = symbolize(twin, addresses)
  const aliases = functionAliases(path)
  const differences: unknown[] = []
  let compared = 0
  for (const [index, address] of addresses.entries()) {
    const expected = theirs[index] ?? []
    // Padding between functions: LLVM has a line, but no function for it.
    if (expected.length === 0 || (expected.length === 1 && expected[0]?.function === '')) continue
    compared++
    const found = symbols.lookup(address - base)
    const ours =
      found === undefined
        ? []
        : [...found.inlines, found].map(({ function: name, file = '', line = 0 }) => ({ function: name, file, line }))
    const names = aliases.get((found?.functionOffset ?? 0) + base)
    const outermost = ours.at(-1)
    const theirOutermost = expected.at(-1)
    // Several names of one address: one is as good as the other.
    if (outermost !== undefined && theirOutermost !== undefined && names?.has(theirOutermost.function))
      outermost.function = theirOutermost.function
    for (const [depth, frame] of ours.entries()) if (frame.line === 0) frame.file = expected[depth]?.file ?? ''
    if (JSON.stringify(ours) !== JSON.stringify(expected)) differences.push({ address: address.toString(16), ours, expected })
  }
  return { compared, differences }
}

/** Where a function that has saved nothing returns to; readelf says no more than that nothing is saved. */
const linkRegisters = new Set(['lr', 'x30', 'ra'])

/** Our rules at the address of a row, in the words of readelf. `registerNames` has our names of registers by its. */
export function frameDifferences(
  { address, rules }: UnwindRow,
  symbols: ModuleSymbols,
  base: number,
  registerName: (column: string) => string = (column) => `$${column}`,
): string[] {
  const record = symbols.cfiAt(address - base)
  const ours = new Map<string, string>()
  for (const text of record === undefined ? [] : [record.init, ...record.deltas.map((delta) => delta.rules)]) {
    for (const [, name = '', rule = ''] of text.matchAll(/(\S+): (.*?)(?= \S+: |$)/g)) ours.set(name, rule)
  }
  return [...rules].flatMap(([column, expected]) => {
    const name = column === 'CFA' ? '.cfa' : column === 'ra' ? '.ra' : registerName(column)
    const rule = ours.get(name)
    const said =
      rule
        ?.replace(/^(\S+) (-?\d+) \+$/, (_, register: string, offset: string) => `${register}+${offset}`)
        .replace(/^\.cfa (-?\d+) \+ \^$/, 'c+$1')
        .replace('+-', '-') ?? 'u'
    const wanted = column === 'CFA' ? expected.replace(/^\w+/, (register) => registerName(register)) : expected
    // Where a return address is not known, the stack ends; or nothing was saved yet.
    const isEnd = column === 'ra' && expected === 'u' && (rule === '0' || linkRegisters.has(rule ?? ''))
    // Vector registers are not walked.
    const isVector = /^(?:v|xmm|fs|r2[5-9])\d/.test(column)
    const unchanged = isEnd || isVector || ((expected === 'u' || expected === 's') && (said === 'u' || rule === name))
    // Linkage tables: readelf prints no expression, we print what it comes to.
    return said === wanted || unchanged || expected.endsWith('exp') ? [] : [`${address.toString(16)} ${column}: ${expected}, not ${rule}`]
  })
}
