import { bytesSource, leafName, readMinidump } from '@crashkeep/minidump'
import { type SynthOptions, synthDump } from '@crashkeep/minidump/synth'
import { openBreakpadSymbols, type SymbolSupplier, bytesSource as symbolBytes } from '@crashkeep/symbols'
import { type ProcessOptions, processMinidump } from './process-minidump.ts'
import type { ProcessedCrash } from './processed-crash.ts'

// For tests only: a processed crash from a synthetic dump and the text of symbol files.

/** Symbol files by the file name of their module. */
export type SymbolTexts = Readonly<Record<string, string>>

export function synthCrash(dump: SynthOptions, symbols: SymbolTexts = {}, options: ProcessOptions = {}): ProcessedCrash {
  return processMinidump(readMinidump(bytesSource(synthDump(dump))), { symbols: textSymbols(symbols), ...options })
}

export function textSymbols(texts: SymbolTexts): SymbolSupplier {
  return {
    find: (module) => {
      const text = texts[leafName(module.codeFile ?? '')]
      if (text === undefined) return { state: 'missing', looked: [] }
      const whole = `MODULE Linux x86_64 000000000000000000000000000000000 module\n${text}`
      return { state: 'loaded', symbols: openBreakpadSymbols(symbolBytes(new TextEncoder().encode(whole))), from: 'memory' }
    },
  }
}

/** `trust module!function` of every frame of a thread, or the offset where there is no name. */
export function stackLines(crash: ProcessedCrash, thread = 0): string[] {
  return (crash.threads[thread]?.frames ?? []).map(
    (frame) => `${frame.trust} ${frame.module ?? '-'}!${frame.function ?? `0x${BigInt(frame.module_offset ?? frame.offset).toString(16)}`}`,
  )
}
