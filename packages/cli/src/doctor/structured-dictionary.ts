/** Dictionaries of Structured Field Values (RFC 8941, 3.2 and 4.2.2), read as strictly as Chromium reads them: one mistake, and there is no dictionary. */
export type BareItem =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'token'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'bytes'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
export type Member = BareItem | { readonly kind: 'inner-list'; readonly items: readonly BareItem[] }

export interface Dictionary {
  /** The last of several members with one key is the one that counts. */
  readonly members: ReadonlyMap<string, Member>
  readonly repeated: readonly string[]
}

export class DictionaryError extends Error {
  /** Index of the character that nothing may stand for. */
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.name = 'DictionaryError'
    this.at = at
  }
}

/** Throws DictionaryError. */
export function parseDictionary(text: string): Dictionary {
  const cursor = new Cursor(text)
  const members = new Map<string, Member>()
  const repeated: string[] = []
  cursor.skip(/ */y)
  while (!cursor.done) {
    const key = cursor.key()
    if (members.has(key)) repeated.push(key)
    members.set(key, cursor.take('=') ? cursor.member() : { kind: 'boolean', value: true })
    cursor.parameters()
    cursor.skip(/[ \t]*/y)
    if (cursor.done) break
    if (!cursor.take(',')) throw cursor.error('a comma is missing before this')
    cursor.skip(/[ \t]*/y)
    if (cursor.done) throw cursor.error('nothing follows the last comma')
  }
  return { members, repeated }
}

class Cursor {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text.replace(/ +$/, '')
  }

  get done(): boolean {
    return this.#at >= this.#text.length
  }

  error(message: string): DictionaryError {
    return new DictionaryError(this.#at, message)
  }

  /** The pattern is sticky. */
  skip(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  key(): string {
    const key = this.skip(/[a-z*][a-z0-9_.*-]*/y)
    if (key === undefined) throw this.error('a name begins with a small letter or *')
    return key
  }

  member(): Member {
    if (!this.take('(')) return this.item()
    const items: BareItem[] = []
    for (;;) {
      this.skip(/ */y)
      if (this.take(')')) return { kind: 'inner-list', items }
      items.push(this.item())
      this.parameters()
      if (this.#text[this.#at] !== ' ' && this.#text[this.#at] !== ')') throw this.error('an inner list is not closed')
    }
  }

  parameters(): void {
    while (this.take(';')) {
      this.skip(/ */y)
      this.key()
      if (this.take('=')) this.item()
    }
  }

  item(): BareItem {
    if (this.take('"')) return { kind: 'string', value: this.#string() }
    const number = this.skip(/-?\d+(?:\.\d{1,3})?/y)
    if (number !== undefined) {
      if (!/^-?(?:\d{1,15}|\d{1,12}\.\d{1,3})$/.test(number)) throw this.error('a number has too many digits')
      return { kind: 'number', value: Number(number) }
    }
    const token = this.skip(/[A-Za-z*][\w!#$%&'*+.^`|~:/-]*/y)
    if (token !== undefined) return { kind: 'token', value: token }
    const bytes = this.skip(/:[A-Za-z0-9+/=]*:/y)
    if (bytes !== undefined) return { kind: 'bytes', value: bytes }
    const boolean = this.skip(/\?[01]/y)
    if (boolean !== undefined) return { kind: 'boolean', value: boolean === '?1' }
    throw this.error('a value stands in double quotes')
  }

  #string(): string {
    let value = ''
    for (;;) {
      const character = this.#text[this.#at]
      if (character === undefined) throw this.error('a quotation mark is missing at the end')
      if (character < ' ' || character > '~') throw this.error('only printable ASCII may stand in quotes')
      this.#at += 1
      if (character === '"') return value
      if (character !== '\\') value += character
      else if (this.#text[this.#at] === '"' || this.#text[this.#at] === '\\') value += this.#text[this.#at++]
      else throw this.error('a backslash stands only before a quotation mark or another backslash')
    }
  }
}
