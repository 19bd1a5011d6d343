/** The path in `vcs:root:path:revision` (Chromium, Firefox), in `c:\path`, or the absolute path itself; `undefined` for anything else. */
export function sourcePath(file: string): string | undefined {
  const pieces = file.split(':', 5)
  if (pieces.length === 4) return pieces[2]
  if (pieces.length === 2) return pieces[1]
  return file.startsWith('/') ? file : undefined
}

export function sourceLeaf(file: string): string {
  let end = file.length
  while (end > 0 && '/\\'.includes(file.charAt(end - 1))) end--
  const path = file.slice(0, end)
  return path.slice(path.lastIndexOf(path.includes('\\') ? '\\' : '/') + 1)
}
