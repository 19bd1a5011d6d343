export interface Candidate {
  readonly path: string
  readonly sha256: string
}

/**
 * The map whose path agrees with the script's over the most folders, from the right: builds and web servers put different folders before a
 * file. Two that agree equally and differ in content are none: a wrong source is worse than no source.
 */
export function matchScript<C extends Candidate>(script: string, candidates: readonly C[]): C | undefined {
  const wanted = script.split('/').reverse()
  let best: C | undefined
  let bestLength = 0
  let isClear = true
  for (const candidate of candidates) {
    const length = commonLength(wanted, candidate.path.split('/').reverse())
    if (length === 0 || length < bestLength) continue
    if (length > bestLength) isClear = true
    else if (best?.sha256 !== candidate.sha256) isClear = false
    if (length > bestLength) best = candidate
    bestLength = length
  }
  return isClear ? best : undefined
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1
  return length
}
