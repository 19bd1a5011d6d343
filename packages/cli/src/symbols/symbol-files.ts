import { statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { CommandError } from '../errors.ts'

export interface SymbolFile {
  readonly path: string
  /** Path of the script, for a source map; undefined for another file. */
  readonly script: string | undefined
}

/** The files that an argument of `symbols upload` means: itself, or what a folder holds of `.sym` and `.map`. */
export async function symbolFiles(path: string): Promise<SymbolFile[]> {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new CommandError(`${path} does not exist.`, { exitStatus: 2 })
  if (!stat.isDirectory()) return [{ path, script: scriptOf(path, process.cwd()) }]
  const names = await readdir(path, { recursive: true })
  const found = names.filter((name) => name.endsWith('.sym') || isSourceMap(name)).sort()
  if (found.length === 0) throw new CommandError(`${path} holds no .sym file and no source map.`)
  return found.map((name) => ({ path: join(path, name), script: scriptOf(join(path, name), path) }))
}

/** Of styles there are maps as well; no stack leads into them. */
function isSourceMap(name: string): boolean {
  return /\.map$/i.test(name) && !/\.css\.map$/i.test(name)
}

/** The map of `dist/app.js` is `dist/app.js.map` in all tools; what lies above the folder is of this machine only. */
function scriptOf(path: string, folder: string): string | undefined {
  if (!isSourceMap(path)) return undefined
  const inside = isAbsolute(path) || path.startsWith('..') ? relative(folder, path) : relative(folder, join(process.cwd(), path))
  return inside
    .split(sep)
    .filter((segment) => segment !== '..' && segment !== '')
    .join('/')
    .replace(/\.map$/i, '')
}
