import { sep } from 'node:path'

/**
 * As `join` of `node:path`, for names that need no cleaning. That looks at each character in a loop which V8 compiles after a dozen paths, and 200 KB of a
 * healthy process stay with the compiler.
 */
export function inside(folder: string, ...names: readonly string[]): string {
  return [folder, ...names].join(sep)
}
