import {
  type FoundSymbols,
  type ModuleIdentity,
  openBreakpadSymbols,
  readModuleRecord,
  SymbolError,
  type SymbolSupplier,
} from '@crashkeep/symbols'
import { blobSource } from './blob-source.ts'

/** Symbols from `.sym` files that somebody chose or dropped on a page. Works in a Worker only, like `blobSource`. */
export function blobSymbols(files: readonly Blob[]): SymbolSupplier {
  const byDebugId = new Map<string, Blob>()
  const byCodeId = new Map<string, Blob>()
  for (const file of files) {
    const record = recordOf(file)
    if (record === undefined) continue
    byDebugId.set(record.debugId, file)
    if (record.codeId !== undefined) byCodeId.set(record.codeId.toLowerCase(), file)
  }
  const opened = new Map<Blob, FoundSymbols>()
  return {
    find(module: ModuleIdentity): FoundSymbols {
      const file = byDebugId.get(module.debugId?.toUpperCase() ?? '') ?? byCodeId.get(module.codeId?.toLowerCase() ?? '')
      if (file === undefined) return { state: 'missing', looked: [`${files.length} given files`] }
      const found = opened.get(file) ?? open(file)
      opened.set(file, found)
      return found
    },
  }
}

function recordOf(file: Blob): { readonly debugId: string; readonly codeId?: string } | undefined {
  try {
    return readModuleRecord(blobSource(file))
  } catch (error) {
    if (error instanceof SymbolError) return undefined // No symbol file: it can belong to no module.
    throw error
  }
}

function open(file: Blob): FoundSymbols {
  const from = 'name' in file && typeof file.name === 'string' ? file.name : 'a given file'
  try {
    return { state: 'loaded', symbols: openBreakpadSymbols(blobSource(file)), from }
  } catch (error) {
    if (error instanceof SymbolError) return { state: 'corrupt', from, reason: error.message }
    throw error
  }
}
