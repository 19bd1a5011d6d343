/**
 * Linux Electron 9–15 splits a value of 127 bytes or more into `name__1`, `name__2`…; they are joined where no plain `name` came.
 * A gap ends the value: what follows it stays as it is.
 */
export function stitchFields(fields: ReadonlyMap<string, string>): Map<string, string> {
  const stitched = new Map<string, string>()
  const joined = new Set<string>()
  for (const [name, value] of fields) {
    const plain = name.endsWith('__1') ? name.slice(0, -'__1'.length) : ''
    if (plain === '' || fields.has(plain)) {
      stitched.set(name, value)
      continue
    }
    const pieces = [value]
    joined.add(name)
    for (let number = 2; ; number += 1) {
      const piece = fields.get(`${plain}__${number}`)
      if (piece === undefined) break
      pieces.push(piece)
      joined.add(`${plain}__${number}`)
    }
    stitched.set(plain, pieces.join(''))
  }
  for (const name of joined) stitched.delete(name)
  return stitched
}
