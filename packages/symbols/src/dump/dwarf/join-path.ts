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
  if (!path.startsWith('/') || !/\/(?:\.{0,2})(?:\/|$)/.test(path)) return path
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') kept.pop()
    else if (part !== '' && part !== '.') kept.push(part)
  }
  return `/${kept.join('/')}`
}
