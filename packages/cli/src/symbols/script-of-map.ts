import { isAbsolute, join, relative, sep } from 'node:path'

/** The script of a source map: of `dist/app.js` it is `dist/app.js.map` in all tools. What lies above `folder` is of this machine only. */
export function scriptOfMap(path: string, folder: string): string {
  const inside = isAbsolute(path) || path.startsWith('..') ? relative(folder, path) : relative(folder, join(process.cwd(), path))
  return inside
    .split(sep)
    .filter((segment) => segment !== '..' && segment !== '')
    .join('/')
    .replace(/\.map$/i, '')
}
