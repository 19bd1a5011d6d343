/** Tells whether an address lies in one of a few ranges; `ranges` are pairs of start and end. Neighbours are usually asked for after each other. */
export function codeTest(ranges: readonly number[]): (address: number) => boolean {
  const pairs: [number, number][] = []
  for (let index = 0; index + 1 < ranges.length; index += 2) pairs.push([ranges[index] ?? 0, ranges[index + 1] ?? 0])
  pairs.sort(([left], [right]) => left - right)
  const flat = Float64Array.from(pairs.flat())
  let [from, to] = [0, 0]
  return (address) => {
    if (address >= from && address < to) return true
    for (let index = 0; index < flat.length; index += 2) {
      const [start, end] = [flat[index] ?? 0, flat[index + 1] ?? 0]
      if (address < start || address >= end) continue
      from = start
      to = end
      return true
    }
    return false
  }
}
