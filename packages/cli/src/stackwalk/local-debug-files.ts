import { isAbsolute } from 'node:path'
import {
  bytesSource,
  type FoundSymbols,
  type ModuleIdentity,
  openBreakpadSymbols,
  SymbolError,
  type SymbolSupplier,
} from '@crashkeep/symbols'
import { recogniseModules } from '@crashkeep/symbols/dump'
import { dumpSymbolFile, fileSource, nodeDemangler } from '@crashkeep/symbols/node'

/** Symbols of all local files together, as text in memory: those of a browser with its libraries. What goes beyond is not taken. */
const maxDumpedBytes: number = 1024 ** 3

/**
 * Symbols made of the files of this machine that a dump names, for dumps of this machine: `--use-local-debuginfo`. A file counts only when it
 * has the id that the dump tells. It is read when a stack leads into its module, with what belongs to it where tools look for that.
 */
export function localDebugFiles(log: (message: string) => void, maxBytes: number = maxDumpedBytes): SymbolSupplier {
  let bytesLeft = maxBytes
  const known = new Map<string, FoundSymbols>()

  const dump = (path: string, arch: string | undefined): FoundSymbols => {
    const chunks: Uint8Array[] = []
    let size = 0
    const keep = (chunk: Uint8Array) => {
      size += chunk.length
      if (size > bytesLeft)
        throw new SymbolError('too_large', `The symbols of ${path} take more memory than is left for those of local files.`)
      chunks.push(chunk)
    }
    dumpSymbolFile(path, keep, { demangle: nodeDemangler(), ...(arch !== undefined && { arch }) })
    bytesLeft -= size
    return { state: 'loaded', symbols: openBreakpadSymbols(bytesSource(Buffer.concat(chunks))), from: path }
  }

  const open = (path: string, module: ModuleIdentity): FoundSymbols | undefined => {
    try {
      const arch = archOf(path, module)
      return arch === undefined ? undefined : dump(path, arch.name)
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error
      return error.code === 'unreadable' ? undefined : { state: 'corrupt', from: path, reason: error.message }
    }
  }

  const look = (module: ModuleIdentity): FoundSymbols => {
    const paths = [...new Set([module.debugFile, module.codeFile])].filter((path) => path !== undefined && isAbsolute(path))
    let refused: FoundSymbols | undefined
    for (const path of paths) {
      const found = path === undefined ? undefined : open(path, module)
      log(`${path}: ${found === undefined ? 'not there, or of another build' : found.state}`)
      if (found?.state === 'loaded') return found
      refused ??= found
    }
    return refused ?? { state: 'missing', looked: paths.flatMap((path) => (path === undefined ? [] : [path])) }
  }

  return {
    find(module) {
      const key = JSON.stringify([module.debugFile, module.debugId, module.codeFile, module.codeId])
      const found = known.get(key) ?? look(module)
      known.set(key, found)
      return found
    },
  }
}

/** The part of the file that is the module; `undefined` when none is. */
function archOf(path: string, module: ModuleIdentity): { readonly name: string | undefined } | undefined {
  const source = fileSource(path)
  try {
    const same = (one: string | undefined, other: string | undefined) => one !== undefined && one.toUpperCase() === other?.toUpperCase()
    const parts = recogniseModules(source, path).filter(({ kind }) => kind !== 'sym')
    const part = parts.find(({ debugId, codeId }) => same(debugId, module.debugId) || same(codeId, module.codeId))
    return part && { name: parts.length > 1 ? part.arch : undefined }
  } finally {
    source.close()
  }
}

/** The second where the first has nothing, with what both looked at. */
export function firstOf(first: SymbolSupplier, second: SymbolSupplier): SymbolSupplier {
  return {
    find(module) {
      const found = first.find(module)
      if (found.state === 'loaded') return found
      const other = second.find(module)
      if (other.state !== 'missing') return other
      return found.state === 'missing' ? { state: 'missing', looked: [...found.looked, ...other.looked] } : found
    },
  }
}
