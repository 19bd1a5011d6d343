const closerOf: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['{', '}'],
  ['[', ']'],
  ['<', '>'],
  ['`', "'"],
])
const closers: ReadonlySet<string> = new Set(closerOf.values())

/** `static void Foo::bar(int)` becomes `Foo::bar(int)`: the last word, where spaces inside brackets separate nothing. */
export function dropPrefixAndReturnType(name: string): string {
  const words = outerWords(name)
  // `Foo::bar (int) [clone .cold]`: what follows the name with a space still belongs to it.
  let start = words.length - 1
  while (start > 0 && /^(?:\(|\[clone)/.test(words[start] ?? '')) start--
  return words.slice(Math.max(start, 0)).join(' ')
}

function outerWords(name: string): string[] {
  const words: string[] = []
  const open: string[] = []
  let start = 0
  for (let i = 0; i < name.length; i++) {
    const char = name.charAt(i)
    const closer = closerOf.get(char)
    if (closer !== undefined) open.push(closer)
    else if (closers.has(char)) {
      if (open.at(-1) === char) open.pop()
    } else if (char === ' ' && open.length === 0) {
      words.push(name.slice(start, i))
      start = i + 1
    }
  }
  if (start < name.length) words.push(name.slice(start))
  return words
}
