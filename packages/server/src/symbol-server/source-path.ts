import { posix } from 'node:path'

/** A source file's path as it is kept and looked for: debuggers leave `..` and `.` in it, or take them out, as they like. */
export function sourcePath(path: string): string {
  return posix.normalize(`/${path}`)
}
