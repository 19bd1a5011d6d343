import type { ModuleSymbols } from './module-symbols.ts'

/** How a module is named in a dump. Ids as rust-minidump and Breakpad print them. */
export interface ModuleIdentity {
  debugFile?: string | undefined
  debugId?: string | undefined
  codeFile?: string | undefined
  codeId?: string | undefined
}

export type FoundSymbols =
  | { state: 'loaded'; symbols: ModuleSymbols; from: string }
  | { state: 'missing'; looked: string[] }
  | { state: 'corrupt'; from: string; reason: string }

/** Where symbols come from. Synchronous; never throws. */
export interface SymbolSupplier {
  find(module: ModuleIdentity): FoundSymbols
}
