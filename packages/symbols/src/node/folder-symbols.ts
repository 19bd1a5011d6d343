import { mkdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readHead } from '../breakpad/module-record.ts'
import { openBreakpadSymbols } from '../breakpad/open-breakpad-symbols.ts'
import { SymbolError } from '../errors.ts'
import type { ModuleSymbols } from '../module-symbols.ts'
import { symbolPath } from '../symbol-path.ts'
import type { FoundSymbols, ModuleIdentity, SymbolSupplier } from '../symbol-supplier.ts'
import { FilePool, type FileSource } from './file-source.ts'
import { indexPathBeside, indexPathInFolder, minIndexedBytes, openIndexedSymbols } from './symbol-index.ts'

export interface FolderSymbols extends SymbolSupplier {
  close(): void
}

export interface FolderSymbolsOptions {
  /**
   * Where the indexes of large files are kept: `beside` each (the default; nothing is written to a folder whose mode lets nobody write),
   * in a folder of their own, or nowhere.
   */
  readonly indexes?: 'beside' | 'nowhere' | { readonly folder: string }
  /** The process ends after a walk or a few: memory of indexes is no reason to collect garbage, which is a tenth of the time of such a process. */
  readonly endsSoon?: boolean
}

/** Descriptors kept open at once; a process has 1024 by default and needs them for other things as well. */
const maxOpenFiles = 64

/** Memory for the indexes of opened symbol files; beyond it the longest unused are let go. A whole Firefox needs some 30 MiB. */
const maxIndexBytes = 256 * 1024 * 1024

/** Small symbol files can be many. */
const maxKeptModules = 4096

/**
 * Symbols from folders in the usual layout (`debugFile/DEBUGID/stem.sym`, see `symbolPath`) and from single `.sym` files, the first that is
 * readable. What was opened is kept and shared; what was missing is looked for again each time, so that files may be added while this is in use.
 */
export function folderSymbols(paths: readonly string[], options: FolderSymbolsOptions = {}): FolderSymbols {
  const { indexes = 'beside', endsSoon = false } = options
  return new Folders(paths, typeof indexes === 'object' && !isMade(indexes.folder) ? 'nowhere' : indexes, endsSoon)
}

/** An index only saves time: where its folder cannot be made there is none. */
function isMade(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true })
    return true
  } catch {
    return false
  }
}

type Place =
  | { kind: 'folder'; path: string }
  | { kind: 'file'; path: string; debugId: string; codeId: string | undefined }
  | { kind: 'unusable'; path: string; reason: string }

class Folders implements FolderSymbols {
  readonly #pool = new FilePool(maxOpenFiles)
  readonly #places: Place[]
  // By path, in the order of their last use.
  readonly #opened = new Map<string, FoundSymbols & { state: 'loaded' }>()
  readonly #indexes: NonNullable<FolderSymbolsOptions['indexes']>
  readonly #endsSoon: boolean
  #indexBytes = 0

  constructor(paths: readonly string[], indexes: NonNullable<FolderSymbolsOptions['indexes']>, endsSoon: boolean) {
    this.#indexes = indexes
    this.#endsSoon = endsSoon
    this.#places = paths.map((path) => this.#place(path))
  }

  find(module: ModuleIdentity): FoundSymbols {
    const looked: string[] = []
    const layout = symbolPath(module)
    let corrupt: FoundSymbols | undefined
    for (const place of this.#places) {
      const paths = place.kind === 'folder' ? layout.map((path) => join(place.path, path)) : [place.path]
      for (const path of paths) {
        looked.push(path)
        const found = this.#look(place, path, module)
        if (found?.state === 'loaded') return found
        corrupt ??= found
      }
    }
    return corrupt ?? { state: 'missing', looked }
  }

  close(): void {
    this.#opened.clear()
    this.#indexBytes = 0
    this.#pool.close()
  }

  #place(path: string): Place {
    if (!isFile(path)) return { kind: 'folder', path }
    try {
      const { debugId, codeId } = readHead(this.#pool.source(path))
      return { kind: 'file', path, debugId, codeId }
    } catch (error) {
      if (error instanceof SymbolError) return { kind: 'unusable', path, reason: error.message }
      throw error
    }
  }

  #look(place: Place, path: string, module: ModuleIdentity): FoundSymbols | undefined {
    if (place.kind === 'folder') return isFile(path) ? this.#open(path) : undefined
    if (place.kind === 'file') return isSame(place, module) ? this.#open(path) : undefined
    // A file without a readable head can only be known by its name.
    const isNamed = symbolPath(module).some((candidate) => basename(candidate) === basename(path))
    return isNamed ? { state: 'corrupt', from: path, reason: place.reason } : undefined
  }

  #open(path: string): FoundSymbols {
    const known = this.#opened.get(path)
    if (known !== undefined) {
      this.#opened.delete(path)
      this.#opened.set(path, known)
      return known
    }
    try {
      const symbols = this.#symbols(this.#pool.source(path))
      const found = { state: 'loaded' as const, symbols, from: path }
      this.#keep(path, found)
      return found
    } catch (error) {
      if (error instanceof SymbolError) return { state: 'corrupt', from: path, reason: error.message }
      throw error
    }
  }

  #symbols(source: FileSource): ModuleSymbols {
    if (this.#indexes === 'nowhere' || source.size < minIndexedBytes) return openBreakpadSymbols(source)
    const { path } = source
    const indexPath = this.#indexes === 'beside' ? indexPathBeside(path) : indexPathInFolder(this.#indexes.folder, path)
    return openIndexedSymbols(source, indexPath, this.#endsSoon)
  }

  // Those let go stay usable for whoever holds them: their descriptors belong to the pool.
  #keep(path: string, found: FoundSymbols & { state: 'loaded' }): void {
    this.#opened.set(path, found)
    this.#indexBytes += found.symbols.indexBytes
    for (const [oldest, { symbols }] of this.#opened) {
      if (oldest === path || (this.#indexBytes <= maxIndexBytes && this.#opened.size <= maxKeptModules)) break
      this.#opened.delete(oldest)
      this.#indexBytes -= symbols.indexBytes
    }
  }
}

function isSame(file: { debugId: string; codeId: string | undefined }, module: ModuleIdentity): boolean {
  if (module.debugId !== undefined && module.debugId.toUpperCase() === file.debugId) return true
  return module.codeId !== undefined && module.codeId.toLowerCase() === file.codeId
}

// What may not be read counts as there, so that the attempt to open it tells the reason.
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES'
  }
}
