/** A string of a structured field is its text; anything else that is well formed is here only as what it is not. */
export type MemberValue = string | { readonly kind: 'other' }

const key = /[a-z*][a-z0-9_\-.*]*/y
const text = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y
const bare = /(?:\?[01]|:[A-Za-z0-9+/=]*:|@-?\d{1,15}|-?\d{1,15}(?:\.\d{1,3})?|[A-Za-z*][\w!#$%&'*+\-.^`|~:/]*)/y
const spaces = / */y
const separator = /[ \t]*,[ \t]*/y

/** RFC 9651's dictionary; undefined: not well formed, so nothing of it counts. */
export function parseDictionary(field: string): ReadonlyMap<string, MemberValue> | undefined {
  const members = new Map<string, MemberValue>()
  const source = field.replace(/^ +| +$/g, '')
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match) at += match[0].length
    return match ?? undefined
  }
  const item = (): MemberValue | undefined => {
    const string = take(text)
    if (string) return (string[1] ?? '').replace(/\\(.)/g, '$1')
    return take(bare) ? { kind: 'other' } : undefined
  }
  const parameters = (): boolean => {
    while (source[at] === ';') {
      at++
      take(spaces)
      if (!take(key)) return false
      if (source[at] !== '=') continue
      at++
      if (item() === undefined) return false
    }
    return true
  }
  const list = (): boolean => {
    for (at++; ; ) {
      take(spaces)
      if (source[at] === ')') {
        at++
        return true
      }
      if (item() === undefined || !parameters() || !/[ )]/.test(source[at] ?? '')) return false
    }
  }
  while (at < source.length) {
    const name = take(key)?.[0]
    if (name === undefined) return undefined
    let value: MemberValue | undefined = { kind: 'other' }
    if (source[at] === '=') {
      at++
      if (source[at] === '(') value = list() ? value : undefined
      else value = item()
    }
    if (value === undefined || !parameters()) return undefined
    // A later one of the same name takes its place, at the end.
    members.delete(name)
    members.set(name, value)
    if (at === source.length) return members
    if (!take(separator) || at === source.length) return undefined
  }
  return members
}
