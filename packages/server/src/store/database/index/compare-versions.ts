/** Orders versions as people read them: numbers as numbers, `1.10` after `1.9`, and `2.0-beta` before `2.0`. */
export function compareVersions(a: string, b: string): number {
  const left = partsOf(a)
  const right = partsOf(b)
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const order = compareParts(left[i], right[i])
    if (order !== 0) return order
  }
  return 0
}

function partsOf(version: string): readonly string[] {
  return version.toLowerCase().match(/\d+|[a-z]+/g) ?? []
}

/** A missing part is less than a number and more than a word: `1` < `1.1`, `1-beta` < `1`. */
function compareParts(a: string | undefined, b: string | undefined): number {
  const rank = rankOf(a) - rankOf(b)
  if (rank !== 0 || a === undefined || b === undefined) return rank
  if (rankOf(a) === 0) return a < b ? -1 : a > b ? 1 : 0
  const x = BigInt(a)
  const y = BigInt(b)
  return x < y ? -1 : x > y ? 1 : 0
}

function rankOf(part: string | undefined): number {
  return part === undefined ? 1 : /^\d/.test(part) ? 2 : 0
}
