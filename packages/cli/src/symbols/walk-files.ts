import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../errors.ts'
import { maxDepth, maxEntries } from './limits.ts'

/** Nothing in them was made by a build. */
const skippedFolders: ReadonlySet<string> = new Set(['.git', '.hg', '.svn'])

export interface WalkedFile {
  readonly path: string
  /** The argument below which it was found; the file itself where it was the argument. */
  readonly root: string
}

/** The regular files that arguments mean, each once, in the order of names. Links to folders are not followed. */
export function* walkFiles(paths: readonly string[]): Generator<WalkedFile> {
  const seen = new Set<string>()
  for (const root of paths) {
    const stat = statSync(root, { throwIfNoEntry: false })
    if (stat === undefined) throw new CommandError(`${root} does not exist.`, { exitStatus: 2 })
    for (const path of stat.isDirectory() ? walkFolder(root, 0, { left: maxEntries }) : [root]) {
      if (seen.has(path)) continue
      seen.add(path)
      yield { path, root }
    }
  }
}

function* walkFolder(folder: string, depth: number, budget: { left: number }): Generator<string> {
  if (depth > maxDepth) throw new CommandError(`${folder} lies more than ${maxDepth} folders deep.`)
  for (const entry of entriesOf(folder)) {
    if (--budget.left < 0) throw new CommandError(`There are more than ${maxEntries} files; name the folders in which the builds lie.`)
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name)) yield* walkFolder(path, depth + 1, budget)
    } else if (entry.isFile() || (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile() === true)) {
      yield path
    }
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((left, right) => (left.name < right.name ? -1 : 1))
  } catch (error) {
    // Others' folders within a build tree are none of it.
    if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'ENOENT'))
      return []
    throw error
  }
}
