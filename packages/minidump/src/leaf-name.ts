/** The part after the last slash or backslash: dumps of every platform are read on every platform. */
export function leafName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
