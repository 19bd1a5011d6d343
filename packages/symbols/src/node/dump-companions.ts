import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import type { ByteSource } from '../byte-source.ts'
import type { Companion } from '../dump/input.ts'
import { SymbolError } from '../errors.ts'
import { type FileSource, fileSource } from './file-source.ts'

export interface CompanionFinder {
  readonly find: (wanted: Companion) => ByteSource | undefined
  /** Closes what was found. */
  close(): void
}

/**
 * Finds what belongs to a debug file where tools of the same system look for it: beside it, in `.debug/`, below the folders of separate debug files.
 * Names come from the file: only for files of somebody who may read everything that this process may.
 */
export function companionFinder(path: string, debugFolders: readonly string[] = ['/usr/lib/debug']): CompanionFinder {
  const folder = dirname(resolve(path))
  const opened: FileSource[] = []
  const open = (candidates: readonly string[]): ByteSource | undefined => {
    for (const candidate of candidates) {
      if (resolve(candidate) === resolve(path)) continue
      try {
        const source = fileSource(candidate)
        opened.push(source)
        return source
      } catch (error) {
        if (!(error instanceof SymbolError)) throw error
      }
    }
    return undefined
  }
  return {
    find: (wanted) => open(candidatesOf(wanted, path, folder, debugFolders)),
    close: () => {
      for (const source of opened.splice(0)) source.close()
    },
  }
}

function candidatesOf(wanted: Companion, path: string, folder: string, debugFolders: readonly string[]): string[] {
  switch (wanted.kind) {
    case 'build-id':
      return debugFolders.map((root) => byBuildId(root, wanted.buildId))
    case 'debuglink':
      return [
        join(folder, wanted.name),
        join(folder, '.debug', wanted.name),
        ...debugFolders.map((root) => join(root, folder, wanted.name)),
      ]
    case 'dwz':
      return [
        isAbsolute(wanted.name) ? wanted.name : join(folder, wanted.name),
        ...inPackage(wanted.name, folder),
        ...debugFolders.map((root) => byBuildId(root, wanted.buildId)),
      ]
    case 'dwo': {
      const named = isAbsolute(wanted.name) ? wanted.name : join(wanted.directory, wanted.name)
      return [named, join(folder, wanted.name), join(folder, basename(wanted.name))]
    }
    case 'dwp':
      return [`${path}.dwp`]
    case 'pdb':
    case 'pe':
      return [join(folder, wanted.name)]
    case 'macho':
      return [join(folder, wanted.name), join(folder, '../../../..', wanted.name)]
    case 'dsym':
      return [join(`${path}.dSYM`, 'Contents/Resources/DWARF', wanted.name)]
  }
}

/** Of a distribution's package that was unpacked somewhere: both files lie below its `usr/lib/debug`. */
function inPackage(name: string, folder: string): string[] {
  const [, below] = name.split('/.dwz/')
  const root = folder.indexOf('/.build-id/')
  return below === undefined || root < 0 ? [] : [join(folder.slice(0, root), '.dwz', below)]
}

function byBuildId(root: string, id: string): string {
  return join(root, '.build-id', id.slice(0, 2), `${id.slice(2)}.debug`)
}
