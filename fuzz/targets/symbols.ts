import { buildIndex } from '../../packages/symbols/dist/breakpad/build-index.js'
import { decodeIndex, encodeIndex } from '../../packages/symbols/dist/breakpad/index-file.js'
import { symbolsOfIndex } from '../../packages/symbols/dist/breakpad/open-breakpad-symbols.js'
import { bytesSource, type ModuleSymbols, openBreakpadSymbols, SymbolError } from '../../packages/symbols/dist/index.js'
import { realSymbols } from '../fixtures.ts'
import { synthSymbols } from '../synth.ts'
import type { Target } from '../target.ts'

/** The symbol file, and the index of it: what one says, the other must. */
export const symbolsTarget: Target = {
  name: 'symbols',
  kind: 'text',
  seeds: () => [...synthSymbols(), ...realSymbols()],
  run: (input) => {
    try {
      const source = bytesSource(input)
      const opened = answers(openBreakpadSymbols(source), input)
      const index = buildIndex(source)
      const file = { size: source.size, modifiedNs: 1n, head: index.head }
      const kept = decodeIndex(encodeIndex(index, file), file)
      if (kept === undefined) throw new Error('The index of the file was refused.')
      if (answers(symbolsOfIndex(source, kept), input) !== opened) throw new Error('The file by its index says something else.')
      return opened
    } catch (error) {
      if (error instanceof SymbolError) return `${error.code} ${error.message}`
      throw error
    }
  },
}

function answers(symbols: ModuleSymbols, input: Uint8Array): string {
  const said: unknown[] = [symbols.module, symbols.info, symbols.badLines]
  for (const offset of offsetsIn(input)) {
    const found = symbols.lookup(offset)
    if (symbols.hasFunction(offset) !== (found !== undefined)) throw new Error(`hasFunction and lookup differ at ${offset}.`)
    said.push([offset, found, symbols.cfiAt(offset), symbols.winAt(offset)])
  }
  return JSON.stringify(said)
}

const fewOffsets = 24

/** Numbers that stand in the file itself, and their neighbours. */
function offsetsIn(input: Uint8Array): number[] {
  const offsets = new Set([0, 1, 0xffff_ffff])
  const text = new TextDecoder('latin1').decode(input)
  for (const [, digits = ''] of text.matchAll(/^(?:FUNC|PUBLIC|STACK CFI INIT|STACK WIN \d)? ?(?:m )?([0-9a-f]{1,8}) /gm)) {
    const offset = Number.parseInt(digits, 16)
    offsets.add(offset).add(offset + 3)
    if (offsets.size > fewOffsets) break
  }
  return [...offsets]
}
