import { symbolServerLimits } from './limits.ts'

/** What an address below `/symbols/` asks for. */
export interface Place {
  /** Slug; undefined: all that the asker may see. */
  readonly project?: string
  readonly file: string
  readonly id: string
  readonly name: string
}

/**
 * `app.pdb/ID/app.sym`, below a project's slug or not. Stores with a file `index2.txt` have the first two letters of the name before it, and some
 * clients believe so of every store. symsrv asks with two slashes where the address that it was given ends with one.
 */
export function placeOf(path: string): Place | undefined {
  const parts = path.split('/').filter((part) => part !== '')
  const [name = '', id = '', file = ''] = parts.toReversed()
  const before = parts.slice(0, -3)
  if (before.at(-1)?.toLowerCase() === file.slice(0, 2).toLowerCase()) before.pop()
  const [project] = before
  const { maxNameLength } = symbolServerLimits
  if (parts.length < 3 || before.length > 1 || file.length > maxNameLength || name.length > maxNameLength) return undefined
  if (!/^[0-9a-f]{1,80}$/i.test(id)) return undefined
  return { ...(project === undefined ? {} : { project }), file, id, name }
}

/** Which file of a module a name means: its symbols, itself, or itself in a cabinet, whose name ends with an underscore. */
export function formOf({ file, name }: Place): 'sym' | 'original' | 'cabinet' | undefined {
  if (/\.sym$/i.test(name)) return 'sym'
  if (name.toLowerCase() === file.toLowerCase()) return 'original'
  return file.length > 1 && name.toLowerCase() === `${file.slice(0, -1)}_`.toLowerCase() ? 'cabinet' : undefined
}
