/** A path of a file as a unit tells it, made absolute where the unit's folder is known, without `.` and `..` in paths of Unix. */
export function joinPath(directory: string, name: string): string {
  if (directory === '' || isAbsolute(name)) return normal(name)
  if (name === '') return directory
  const separator = /^[A-Za-z]:[\\/]|^\\\\/.test(directory) && directory.includes('\\') ? '\\' : '/'
  const joined = directory.endsWith('/') || directory.endsWith('\\') ? directory + name : `${directory}${separator}${name}`
  return normal(joined)
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || path.startsWith('\\') || /^[A-Za-z]:[\\/]/.test(path)
}

function normal(path: string): string {
  if (path.includes('\\') || !/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)) return path
  const absolute = path.startsWith('/')
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    // What goes up beyond a relative beginning is kept.
    if (part !== '..' || (!absolute && (kept.length === 0 || kept.at(-1) === '..'))) kept.push(part)
    else kept.pop()
  }
  return absolute ? `/${kept.join('/')}` : kept.join('/')
}
