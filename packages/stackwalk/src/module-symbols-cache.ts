import type { Module } from '@crashkeep/minidump'
import type { FoundSymbols, ModuleSymbols, SymbolSupplier } from '@crashkeep/symbols'

/**
 * What is known about the symbols of one module after a walk; `not_looked`: nothing on a stack needed them, or no symbols were given
 * at all.
 */
export type ModuleSymbolState =
  | { readonly state: 'not_looked' }
  | { readonly state: 'loaded'; readonly from: string; readonly badLines?: number }
  | { readonly state: 'missing'; readonly looked: readonly string[] }
  | { readonly state: 'corrupt'; readonly from: string; readonly reason: string }

/** Asks the supplier once per module, when the first frame or scanned word lies in it. */
export class ModuleSymbolsCache {
  readonly #modules: readonly Module[]
  readonly #supplier: SymbolSupplier | undefined
  readonly #found: (FoundSymbols | undefined)[]

  constructor(modules: readonly Module[], supplier: SymbolSupplier | undefined) {
    this.#modules = modules
    this.#supplier = supplier
    this.#found = new Array<FoundSymbols | undefined>(modules.length).fill(undefined)
  }

  symbols(moduleIndex: number): ModuleSymbols | undefined {
    const found = this.#found[moduleIndex] ?? this.#find(moduleIndex)
    return found.state === 'loaded' ? found.symbols : undefined
  }

  state(moduleIndex: number): ModuleSymbolState {
    const found = this.#found[moduleIndex]
    if (found === undefined || this.#supplier === undefined) return { state: 'not_looked' }
    if (found.state !== 'loaded') return found
    const badLines = found.symbols.badLines
    return { state: 'loaded', from: found.from, ...(badLines > 0 && { badLines }) }
  }

  /** Indexes of the modules whose symbol files could be opened and then not be read to the end. */
  unreadable(): number[] {
    return this.#found.flatMap((found, index) => (found?.state === 'loaded' && found.symbols.readFailures > 0 ? [index] : []))
  }

  url(moduleIndex: number): string | undefined {
    const found = this.#found[moduleIndex]
    return found?.state === 'loaded' ? found.symbols.info.url : undefined
  }

  #find(moduleIndex: number): FoundSymbols {
    const module = this.#modules[moduleIndex]
    const found: FoundSymbols =
      this.#supplier === undefined || module === undefined
        ? { state: 'missing', looked: [] }
        : this.#supplier.find({ codeFile: module.name, codeId: module.codeId, debugFile: module.debugFile, debugId: module.debugId })
    this.#found[moduleIndex] = found
    return found
  }
}
