/** Name of a code. */
export type CodeTable = Readonly<Record<number, string>>

/** Turns a text table (see windows-errors.ts) into a map on first use: most crashes never need the thousands of names. */
export function lazyCodeTable(text: string): (code: number) => string | undefined {
  let names: Map<number, string> | undefined
  return (code) => {
    names ??= new Map(
      text.split('\n').map((line) => {
        const space = line.indexOf(' ')
        return [Number.parseInt(line.slice(0, space), 16), line.slice(space + 1)]
      }),
    )
    return names.get(code)
  }
}
