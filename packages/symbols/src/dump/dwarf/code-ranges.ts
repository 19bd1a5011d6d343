/** Tells whether an address lies in one of some ranges; `ranges` are pairs of start and end. Neighbours are usually asked for after each other. */
export function codeTest(ranges: readonly number[]): (address: number) => boolean {
  const pairs: [number, number][] = []
  for (let index = 0; index + 1 < ranges.length; index += 2) pairs.push([ranges[index] ?? 0, ranges[index + 1] ?? 0])
  pairs.sort(([left], [right]) => left - right)
  const [starts, ends]: [number[], number[]] = [[], []]
  for (const [start, end] of pairs) {
    const last = ends.at(-1)
    if (last === undefined || start > last) {
      starts.push(start)
      ends.push(end)
    } else ends[ends.length - 1] = Math.max(last, end)
  }
  let [from, to] = [0, 0]
  return (address) => {
    if (address >= from && address < to) return true
    let [low, high] = [0, starts.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((starts[middle] ?? 0) <= address) low = middle + 1
      else high = middle
    }
    const end = ends[low - 1]
    if (end === undefined || address >= end) return false
    from = starts[low - 1] ?? 0
    to = end
    return true
  }
}
