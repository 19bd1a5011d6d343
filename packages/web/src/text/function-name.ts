/** A function's name apart from what follows it, so that the name can stand out: `Foo::bar` and `(int, char const*) const`. */
export interface FunctionName {
  readonly scope: string
  readonly name: string
  readonly rest: string
}

/** Longer names exist only as template expansions that nobody reads; they are not looked into. */
const maxLength = 4096

export function splitFunctionName(text: string): FunctionName {
  if (text.length > maxLength) return { scope: '', name: text, rest: '' }
  const args = argumentsAt(text)
  const head = text.slice(0, args)
  const cut = scopeEnd(head)
  return { scope: head.slice(0, cut), name: head.slice(cut), rest: text.slice(args) }
}

/** Where the list of arguments begins: the first `(` outside of `<…>` that is neither `(anonymous namespace)` nor of `operator()`. */
function argumentsAt(text: string): number {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    if (text.startsWith('operator', i) && !isWord(text[i - 1])) {
      i = operatorEnd(text, i) - 1
      continue
    }
    const c = text[i]
    if (c === '<' || c === '{' || c === '[') depth++
    else if ((c === '>' && text[i - 1] !== '-') || c === '}' || c === ']') depth = Math.max(0, depth - 1)
    else if (c === '(') {
      if (text.startsWith('(anonymous', i) || text.startsWith('(`anonymous', i)) {
        const close = text.indexOf(')', i)
        if (close < 0) return text.length
        i = close
      } else if (depth === 0 && i > 0) return i
    }
  }
  return text.length
}

function operatorEnd(text: string, at: number): number {
  const match = /^operator\s*(\(\)|\[\]|->\*?|<=>|<<=?|>>=?|[-+*/%^&|~!=<>]=?|&&|\|\||\+\+|--|,|new(\[\])?|delete(\[\])?)?/.exec(
    text.slice(at, at + 24),
  )
  return at + (match?.[0].length ?? 8)
}

function scopeEnd(head: string): number {
  let depth = 0
  let cut = 0
  for (let i = 0; i < head.length; i++) {
    const c = head[i]
    if (head.startsWith('operator', i) && !isWord(head[i - 1])) break
    if (c === '<' || c === '(' || c === '{') depth++
    else if (c === '>' || c === ')' || c === '}') depth = Math.max(0, depth - 1)
    else if (depth === 0 && c === ':' && head[i + 1] === ':') {
      // Rust's `name::<T>` and `name::{closure}` belong to the name before them.
      if (head[i + 2] !== '<' && head[i + 2] !== '{') cut = i + 2
      i++
    } else if (depth === 0 && c === ' ' && i + 1 < head.length) cut = i + 1
  }
  return cut
}

function isWord(c: string | undefined): boolean {
  return c !== undefined && /\w/.test(c)
}
