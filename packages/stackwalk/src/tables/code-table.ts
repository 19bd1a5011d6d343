/** Name of a code. */
export type CodeTable = Readonly<Record<number, string>>

/**
 * Turns a text table into a map on first use: most crashes never need the thousands of names. The first line is what names begin with.
 * Every other line is a name without it (or with `!` before it, a whole name); a code in hexadecimal stands before it unless it is the
 * code of the line before plus one. So the two tables of Windows are 42 KB gzipped, where pairs of code and name are 58. The text is a function's, so that a program that starts compiled does not load it.
 */
export function lazyCodeTable(text: () => string): (code: number) => string | undefined {
  let names: Map<number, string> | undefined
  return (code) => {
    names ??= readTable(text())
    return names.get(code)
  }
}

function readTable(text: string): Map<number, string> {
  const [prefix = '', ...lines] = text.split('\n')
  const names = new Map<number, string>()
  let code = -1
  for (const line of lines) {
    const space = line.indexOf(' ')
    code = space < 0 ? code + 1 : Number.parseInt(line.slice(0, space), 16)
    const name = line.slice(space + 1)
    names.set(code, name.startsWith('!') ? name.slice(1) : prefix + name)
  }
  return names
}
