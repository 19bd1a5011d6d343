import { existsSync } from 'node:fs'
import {
  type FoundSymbols,
  type ModuleIdentity,
  type ModuleSymbols,
  openBreakpadSymbols,
  SymbolError,
  type SymbolSupplier,
} from '@crashkeep/symbols'
import { type FileSource, fileSource, indexPathBeside, minIndexedBytes, openIndexedSymbols } from '@crashkeep/symbols/node'
import type { ModuleAsked } from './messages.ts'

/** The symbol files that the parent named for one report. Opened when a frame first needs them. */
export class GivenSymbols implements SymbolSupplier {
  readonly #paths = new Map<string, string>()
  readonly #found = new Map<string, FoundSymbols>()
  readonly #open: { close(): void }[] = []

  constructor(modules: readonly ModuleAsked[], paths: readonly (string | null)[]) {
    for (const [index, { debugFile, debugId }] of modules.entries()) {
      const path = paths[index]
      if (typeof path === 'string') this.#paths.set(`${debugFile}/${debugId}`, path)
    }
  }

  find({ debugFile, debugId }: ModuleIdentity): FoundSymbols {
    const key = `${debugFile}/${debugId}`
    const known = this.#found.get(key)
    if (known !== undefined) return known
    const path = this.#paths.get(key)
    const found: FoundSymbols = path === undefined ? { state: 'missing', looked: ['symbol store'] } : this.#load(path)
    this.#found.set(key, found)
    return found
  }

  #load(path: string): FoundSymbols {
    const source = fileSource(path)
    this.#open.push(source)
    try {
      return { state: 'loaded', symbols: openSymbols(source), from: 'symbol store' }
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error
      return { state: 'corrupt', from: 'symbol store', reason: error.message }
    }
  }

  close(): void {
    for (const source of this.#open) source.close()
  }
}

/** By the index that the parent had made; this process may not write one. */
function openSymbols(source: FileSource): ModuleSymbols {
  const indexPath = indexPathBeside(source.path)
  return source.size >= minIndexedBytes && existsSync(indexPath) ? openIndexedSymbols(source, indexPath) : openBreakpadSymbols(source)
}
