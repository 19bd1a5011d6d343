/** A suffix that a compiler gave a copy of a function (`.cold`, `.isra.0.constprop.1`, `.llvm.1234`, ` [clone .part.0]`). */
const cloneSuffix = /(?:\.(?:cold|constprop|llvm|localalias|lto_priv|isra|part|str)(?:\.\d{1,20})?| ?\[clone[^\]]{0,80}\] ?)$/
/** Some object files have a hash of 32 digits behind a C++ name. */
const hashSuffix = /\$[0-9a-f]{32}$/i
/** Copies of copies of copies; no compiler makes more. */
const maxSuffixes = 8

/**
 * Whether a name looks as if a compiler had made it: Itanium C++ (`_Z`, on macOS `__Z`, blocks `___Z` and `____Z`) and Rust's older form, Rust's
 * newer form (`_R`), Microsoft's (`?`). Everything else is what it says: the demangler would make `start` of `_start`.
 */
export function isMangled(name: string): boolean {
  const first = name.charCodeAt(0)
  if (first === questionMark) return true
  if (first === at) return name.charCodeAt(1) === questionMark
  if (first !== underscore) return false
  let begin = 1
  while (begin < 4 && name.charCodeAt(begin) === underscore) begin++
  const letter = name.charCodeAt(begin)
  return letter === upperZ || (letter === upperR && begin <= 2)
}

export function withoutCloneSuffixes(name: string): string {
  let rest = name
  for (let count = 0; count < maxSuffixes; count++) {
    const shorter = rest.replace(cloneSuffix, '')
    if (shorter === rest || shorter === '') break
    rest = shorter
  }
  return rest.charCodeAt(0) === underscore ? rest.replace(hashSuffix, '') : rest
}

const underscore = 0x5f
const questionMark = 0x3f
const at = 0x40
const upperZ = 0x5a
const upperR = 0x52
