import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(import.meta.url)

/** All code of this package: `src` or `dist`. This module and the bundle lie in it, so a path is the same from both. */
export const codeFolder: string = dirname(here)

/** The file of a program for a thread or a child process: of the same folder, and written in the same language, as what runs. */
export function codeFile(path: string): string {
  return join(codeFolder, `${path}${extname(here)}`)
}
