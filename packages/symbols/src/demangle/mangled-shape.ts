/** Nothing is to be done to the name; it is mangled as most are; or it needs a closer look, as a string. */
export const shapePlain = 0
export const shapeMangled = 1
export const shapeOdd = 2

/** Digits of the hash behind a name, and the `$` before it. */
const hashBytes = 33

/**
 * What a name of printable ASCII is, told from its bytes: `odd` is what may have a suffix of a copy, an ABI tag, a hash, or is Microsoft's. Says
 * odd rather too often, never too seldom.
 */
export function mangledShape(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] ?? 0
  if (first === questionMark || first === at) return shapeOdd
  const last = bytes[end - 1] ?? 0
  const isMangled = first === underscore && isMangledFrom(bytes, start, end)
  let [hasDot, before] = [false, 0]
  for (let index = start; index < end; index++) {
    const byte = bytes[index] ?? 0
    if (byte < 0x20 || byte > 0x7e) return shapeOdd
    if (byte === dot) hasDot = true
    else if (isMangled && before === tagLetter && byte >= 0x30 && byte <= 0x39) return shapeOdd
    before = byte
  }
  // A suffix is `.cold`, `.constprop`, `.llvm`, `.localalias`, `.lto_priv`, `.isra`, `.part`, `.str` with or without a number, or `[clone …]`.
  if (last === bracket || last === space || (hasDot && isSuffixEnd(last))) return shapeOdd
  if (!isMangled) return shapePlain
  return bytes[end - hashBytes] === dollar && end - start > hashBytes ? shapeOdd : shapeMangled
}

function isMangledFrom(bytes: Uint8Array, start: number, end: number): boolean {
  let begin = start + 1
  while (begin < end && begin < start + 4 && bytes[begin] === underscore) begin++
  if (begin >= end) return false
  const letter = bytes[begin]
  return letter === upperZ || (letter === upperR && begin <= start + 2)
}

function isSuffixEnd(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || suffixEnds.has(byte)
}

const suffixEnds = new Set([...'dpmsvatr'].map((letter) => letter.charCodeAt(0)))
const underscore = 0x5f
const questionMark = 0x3f
const at = 0x40
const upperZ = 0x5a
const upperR = 0x52
const tagLetter = 0x42
const dot = 0x2e
const bracket = 0x5d
const dollar = 0x24
const space = 0x20
