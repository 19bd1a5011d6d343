/** Nothing is to be done to the name; it is mangled as most are; or it needs a closer look, as a string. */
export const shapePlain = 0
export const shapeMangled = 1
export const shapeOdd = 2

/** Digits of the hash behind a name, and the `$` before it. */
const hashBytes = 33

/**
 * What a name of printable ASCII is, told from its bytes: `odd` is what may have a suffix of a copy, an ABI tag, a hash, or is Microsoft's. Says
 * odd rather too often, never too seldom. Rust's newer form has no tags: its `B5_` refers back to what was named before.
 */
export function mangledShape(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] ?? 0
  if (first === questionMark || first === at) return shapeOdd
  const last = bytes[end - 1] ?? 0
  const letter = first === underscore ? letterOf(bytes, start, end) : 0
  let hasDot = false
  let before = 0
  for (let index = start; index < end; index++) {
    const byte = bytes[index] ?? 0
    if (byte < 0x20 || byte > 0x7e) return shapeOdd
    if (byte === dot) hasDot = true
    else if (before === tagLetter && letter === upperZ && byte >= 0x30 && byte <= 0x39) return shapeOdd
    before = byte
  }
  // A suffix is `.cold`, `.constprop`, `.llvm`, `.localalias`, `.lto_priv`, `.isra`, `.part`, `.str` with or without a number, or `[clone …]`.
  if (last === bracket || last === space || (hasDot && isSuffixEnd(last))) return shapeOdd
  if (letter === 0) return shapePlain
  return end - start > hashBytes && isHash(bytes, end - hashBytes, end) ? shapeOdd : shapeMangled
}

function isHash(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== dollar) return false
  for (let index = start + 1; index < end; index++) if (!isHexDigit(bytes[index] ?? 0)) return false
  return true
}

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}

/** The letter that says how a name is mangled; 0: it is not. */
function letterOf(bytes: Uint8Array, start: number, end: number): number {
  let begin = start + 1
  while (begin < end && begin < start + 4 && bytes[begin] === underscore) begin++
  const letter = begin < end ? (bytes[begin] ?? 0) : 0
  return letter === upperZ || (letter === upperR && begin <= start + 2) ? letter : 0
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
