import type { FoundSymbols, ModuleIdentity, SymbolSupplier } from '@crashkeep/symbols'
import type { SymbolDownloads } from './symbol-downloads.ts'

/**
 * Walks, downloads the symbols that the walk missed, and walks again, until nothing new is missed: symbols lead to other frames and so
 * to other modules. Walking is quick and downloading is not, so only what stacks touch is downloaded.
 */
export async function walkWithDownloads<T>(
  walk: (symbols: SymbolSupplier) => T,
  local: SymbolSupplier,
  downloads: SymbolDownloads,
  onProgress: (done: number, all: number) => void,
): Promise<T> {
  for (;;) {
    const missed: ModuleIdentity[] = []
    const result = walk({ find: (module) => findOrMiss(module, local, downloads, missed) })
    if (missed.length === 0) return result
    await downloads.fetchAll(missed, (done) => onProgress(done, missed.length))
  }
}

/** A module that was asked for already is missed for good, and tells where it was looked for. */
function findOrMiss(module: ModuleIdentity, local: SymbolSupplier, downloads: SymbolDownloads, missed: ModuleIdentity[]): FoundSymbols {
  const found = local.find(module)
  if (found.state !== 'missing') return found
  const tried = downloads.tried(module)
  if (tried === undefined) missed.push(module)
  return { state: 'missing', looked: [...found.looked, ...(tried ?? [])] }
}
