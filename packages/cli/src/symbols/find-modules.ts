import { SymbolError } from '@crashkeep/symbols'
import { type RecognisedModule, recogniseFile, recogniseModules } from '@crashkeep/symbols/dump'
import { type FileSource, fileSource } from '@crashkeep/symbols/node'
import type { WalkedFile } from './walk-files.ts'

/** One file's view of a module. */
export interface ModuleFile {
  readonly path: string
  readonly module: RecognisedModule
}

/** A module with all files that were found for it. */
export interface FoundModule {
  readonly debugFile: string
  readonly debugId: string
  readonly codeId?: string
  /** The file to dump, or the `.sym` to send. */
  readonly main: ModuleFile
  /** Others of the same build: its debug file, PDB, dSYM. */
  readonly others: readonly ModuleFile[]
}

export interface FoundFiles {
  readonly modules: readonly FoundModule[]
  readonly sourceMaps: readonly WalkedFile[]
  /** Debug files without a module, and files that cannot be read. */
  readonly unusable: readonly { readonly path: string; readonly why: string }[]
  /** Debug files without an id: they can be dumped, but no crash report can name them. */
  readonly nameless: readonly FoundModule[]
  /** Files that are neither. */
  readonly unknown: readonly string[]
}

/** Sorts files by content, and those of one build together. */
export function findModules(files: Iterable<WalkedFile>, looked: (path: string) => void = () => undefined): FoundFiles {
  const groups = new Map<string, ModuleFile[]>()
  const nameless: ModuleFile[][] = []
  const found = { sourceMaps: [] as WalkedFile[], unusable: [] as { path: string; why: string }[], unknown: [] as string[] }
  for (const file of files) {
    const { path } = file
    looked(path)
    const { kind, modules, unreadable } = recognise(path)
    if (unreadable !== undefined) {
      found.unusable.push({ path, why: unreadable })
      continue
    }
    if (kind === 'source-map') {
      // Of styles there are maps as well; no stack leads into them.
      if (!/\.css\.map$/i.test(path)) found.sourceMaps.push(file)
      continue
    }
    if (kind === undefined) {
      found.unknown.push(path)
      continue
    }
    if (modules.length === 0) found.unusable.push({ path, why: 'an object file, or damaged.' })
    for (const module of modules) {
      const { debugId } = module
      if (debugId === undefined || /^0+$/.test(debugId)) {
        nameless.push([{ path, module }])
        continue
      }
      const key = module.kind === 'sym' ? `${debugId} ${module.debugFile}` : debugId
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [{ path, module }])
      else group.push({ path, module })
    }
  }
  return { ...found, modules: [...groups.values()].map(joinFiles), nameless: nameless.map(joinFiles) }
}

interface Recognised {
  readonly kind: ReturnType<typeof recogniseFile>
  readonly modules: readonly RecognisedModule[]
  readonly unreadable?: string
}

function recognise(path: string): Recognised {
  let source: FileSource | undefined
  try {
    source = fileSource(path)
    const kind = recogniseFile(source)
    return { kind, modules: kind === undefined || kind === 'source-map' ? [] : recogniseModules(source, path) }
  } catch (error) {
    // One file that is not ours to read, or that was replaced by a build at this moment, is no reason to leave out the others.
    if (error instanceof SymbolError) return { kind: undefined, modules: [], unreadable: error.message }
    throw error
  } finally {
    source?.close()
  }
}

/** The file that knows most goes first, and gives the name where several differ: a program's own name is that of reports. */
function joinFiles(files: ModuleFile[]): FoundModule {
  const [main, ...others] = files.sort((left, right) => rank(right.module) - rank(left.module))
  if (main === undefined) throw new RangeError('A module has no file.')
  const named = files.find(({ module }) => module.kind === 'pdb') ?? files.find(({ module }) => module.hasCode) ?? main
  const codeId = files.map(({ module }) => module.codeId).find((id) => id !== undefined)
  return {
    debugFile: named.module.debugFile,
    debugId: main.module.debugId ?? noId,
    ...(codeId !== undefined && { codeId }),
    main,
    others,
  }
}

/** A symbol file was made by somebody who meant it; a PDB leads to its program, a program to its debug file. */
function rank({ kind, hasCode, hasDebug }: RecognisedModule): number {
  if (kind === 'sym') return 8
  return (kind === 'pdb' ? 4 : 0) + (hasCode ? 2 : 0) + (hasDebug ? 1 : 0)
}

const noId = '0'.repeat(33)
