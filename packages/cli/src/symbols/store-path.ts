import { join } from 'node:path'
import { symbolPath } from '@crashkeep/symbols'
import { CommandError } from '../errors.ts'

/** Where a module's symbols lie below a folder, in Breakpad's layout. */
export function storePath(folder: string, module: { readonly debugFile: string; readonly debugId: string }): string {
  const [path] = symbolPath(module)
  if (path === undefined) throw new CommandError(`${JSON.stringify(module.debugFile)} is no name that a file can have.`)
  return join(folder, path)
}
