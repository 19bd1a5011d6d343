import type { CfiRules } from '../cfi/cfi-rules.ts'
import type { ModuleMap } from '../module-map.ts'
import type { ModuleSymbolsCache } from '../module-symbols-cache.ts'
import type { StackMemory } from '../stack-memory.ts'
import type { FrameSymbols } from './frame.ts'

/** What all threads of one dump share while their stacks are walked. */
export interface DumpWalk {
  readonly isWindows: boolean
  readonly isIos: boolean
  readonly modules: ModuleMap
  readonly symbols: ModuleSymbolsCache
  /** The end of the highest module; tells how many bits of an arm64 pointer are address. */
  readonly highestModuleEnd: bigint
  /** The bits of a pointer that are its address, where the writer of the dump told them. */
  readonly addressBits: bigint | undefined
  /** What was found out about an instruction, by its address: frames at one address share it. */
  readonly places: Map<bigint, FrameSymbols>
  /** Parsed call frame information by module and offset; `undefined` in it: there are rules, but unusable ones. */
  readonly cfiRules: Map<string, { readonly startOffset: number; readonly rules: CfiRules | undefined } | undefined>
}

/** One thread's walk. */
export interface ThreadWalk extends DumpWalk {
  readonly stack: StackMemory
}
