import { bytesSource, leafName, MinidumpError, readMinidump } from '../../packages/minidump/dist/index.js'
import { icedDecoder } from '../../packages/stackwalk/dist/iced/index.js'
import {
  describeCrash,
  formatHuman,
  formatJson,
  formatMachine,
  processMinidump,
  StackwalkError,
} from '../../packages/stackwalk/dist/index.js'
import { type FoundSymbols, openBreakpadSymbols, SymbolError, bytesSource as symbolBytes } from '../../packages/symbols/dist/index.js'
import { realDumps, realSymbols } from '../fixtures.ts'
import { synthDumps, synthSymbols } from '../synth.ts'
import type { Target } from '../target.ts'

const boundary = new TextEncoder().encode('\n--symbols--\n')

/** A dump, and behind it the symbol file that each of its modules gets. */
export const walkTarget: Target = {
  name: 'walk',
  kind: 'binary',
  seeds: () => {
    const symbols = [...synthSymbols(), ...realSymbols()]
    return [...synthDumps(), ...realDumps()].map((dump, i) => joined(dump, symbols[i % symbols.length] ?? new Uint8Array(0)))
  },
  run: (input) => {
    const at = lastIndexOf(input, boundary)
    const symbolFile = at < 0 ? new Uint8Array(0) : input.subarray(at + boundary.length)
    let opened: FoundSymbols | undefined
    const open = (): FoundSymbols => {
      try {
        return { state: 'loaded', symbols: openBreakpadSymbols(symbolBytes(symbolFile)), from: 'memory' }
      } catch (error) {
        if (error instanceof SymbolError) return { state: 'corrupt', from: 'memory', reason: error.message }
        throw error
      }
    }
    try {
      const dump = readMinidump(bytesSource(at < 0 ? input : input.subarray(0, at)))
      const find = (module: { codeFile?: string | undefined }): FoundSymbols => {
        if (leafName(module.codeFile ?? '').length % 2 === 1) return { state: 'missing', looked: ['memory'] }
        opened ??= open()
        return opened
      }
      const crash = processMinidump(dump, { symbols: { find }, decoder: icedDecoder, recoverArguments: true })
      return [formatJson(crash), formatHuman(crash), formatMachine(crash), describeCrash(crash)].join('\n')
    } catch (error) {
      if (error instanceof MinidumpError || error instanceof StackwalkError) return `${error.code} ${error.message}`
      throw error
    }
  },
}

function joined(dump: Uint8Array, symbols: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(dump.length + boundary.length + symbols.length)
  bytes.set(dump)
  bytes.set(boundary, dump.length)
  bytes.set(symbols, dump.length + boundary.length)
  return bytes
}

function lastIndexOf(bytes: Uint8Array, part: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(part)
}
