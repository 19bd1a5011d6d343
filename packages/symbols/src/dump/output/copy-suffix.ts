/**
 * What compilers append to the name of a part or a copy of a function. A crash in `f.cold` is one in `f`, and so other dumpers write it.
 * Link-time optimisation makes some thousand such names in a large program.
 */
const copySuffix = /(?:(?:\.(?:cold|constprop|llvm|localalias|lto_priv|isra|part|str)(?:\.[0-9]+)?)|(?: ?\[clone[^\]]*\] ?))+$/

export function withoutCopySuffix(name: string): string {
  return name.includes('.') || name.includes('[clone') ? name.replace(copySuffix, '') : name
}

/** Where a name as bytes ends without those of its suffixes that begin with a dot; nothing but them is a name of its own. */
export function endBeforeCopySuffix(bytes: Uint8Array, start: number, end: number): number {
  for (let rest = end; ; end = rest) {
    rest = beforeOneSuffix(bytes, start, end)
    if (rest === end || rest === start) return end
  }
}

/** `.WORD` or `.WORD.DIGITS` is taken away. */
function beforeOneSuffix(bytes: Uint8Array, start: number, end: number): number {
  let digits = end
  while (digits > start && isDigit(bytes[digits - 1] ?? 0)) digits--
  const endOfWord = digits < end && digits > start && bytes[digits - 1] === dot ? digits - 1 : end
  let word = endOfWord
  while (word > start && isLetter(bytes[word - 1] ?? 0)) word--
  return word > start && bytes[word - 1] === dot && isSuffix(bytes, word, endOfWord) ? word - 1 : end
}

function isSuffix(bytes: Uint8Array, start: number, end: number): boolean {
  return suffixes.some((suffix) => suffix.length === end - start && suffix.every((byte, index) => byte === bytes[start + index]))
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function isLetter(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || byte === underscore
}

const dot = 0x2e
const underscore = 0x5f
const suffixes = ['cold', 'constprop', 'llvm', 'localalias', 'lto_priv', 'isra', 'part', 'str'].map((word) =>
  new TextEncoder().encode(word),
)
