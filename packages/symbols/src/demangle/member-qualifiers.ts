/**
 * What stands behind the parentheses of a member function of Microsoft's C++ (`const`, `volatile`), which the library leaves out. Only as much of a mangled
 * name is read as it takes to find the place; '' where that fails.
 */
export function memberQualifiers(mangled: string): string {
  const reader = new Reader(mangled)
  if (mangled.charAt(0) !== '?' || !reader.skipSymbolName()) return ''
  const rest = mangled.slice(reader.at)
  // Members that are not static, by access: letters in pairs, the second of each for far calls; then modifiers of `this`.
  const [, letter = ''] = /^[ABEFIJMNQRUV][EFGHI]*([ABCD])/.exec(rest) ?? []
  return qualifiers[letter] ?? ''
}

const qualifiers: Readonly<Record<string, string>> = { B: ' const', C: ' volatile', D: ' const volatile' }
/** Names within names within types. */
const maxDepth = 48

class Reader {
  at = 1
  readonly #text: string
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  /** From behind the first question mark to behind the `@` that ends the qualified name. */
  skipSymbolName(): boolean {
    return this.#skipBaseName() && this.#skipScopes()
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.at)) return false
    this.at += text.length
    return true
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    const [found] = pattern.exec(this.#text) ?? []
    if (found === undefined) return false
    this.at += found.length
    return true
  }

  #skipBaseName(): boolean {
    if (this.#take('?$')) return this.#skipTemplate()
    // Operators: one character, or two behind an underscore.
    return this.#match(/\?(?:_[A-Z0-9]|[A-Z0-9])/y) || this.#skipIdentifier()
  }

  #skipIdentifier(): boolean {
    return this.#match(/\d/y) || this.#match(/[^?@]+@/y)
  }

  #skipScopes(): boolean {
    while (!this.#take('@')) {
      if (this.#take('?$')) {
        if (!this.#skipTemplate()) return false
      } else if (!this.#match(/\?A[^@]*@/y) && !this.#skipIdentifier()) return false
    }
    return true
  }

  #skipTemplate(): boolean {
    if (++this.#depth > maxDepth) return false
    // An operator may be a template, too.
    if (!this.#match(/\?(?:_[A-Z0-9]|[A-Z0-9])/y) && !this.#skipIdentifier()) return false
    while (!this.#take('@')) if (!this.#skipArgument()) return false
    this.#depth--
    return true
  }

  #skipArgument(): boolean {
    if (this.#match(/\$0\??(?:\d|[A-P]*@)/y) || this.#match(/\$\$?[VZS]/y) || this.#take('$$T')) return true
    return this.#skipType()
  }

  #skipType(): boolean {
    if (++this.#depth > maxDepth) return false
    const isSkipped = this.#skipOneType()
    this.#depth--
    return isSkipped
  }

  #skipOneType(): boolean {
    if (this.#match(/\d|[C-KMNOX]|_[A-Z]/y) || this.#take('$$T')) return true
    if (this.#match(/[TUV]/y) || this.#take('W4')) return this.#skipIdentifierOrTemplate() && this.#skipScopes()
    if (this.#take('$$A6') || this.#take('P6') || this.#take('Q6')) return this.#skipFunction()
    if (this.#match(/(?:\$\$Q|\$\$R|[PQRSAB])[EFI]*[ABCD]/y) || this.#match(/\$\$C[ABCD]/y) || this.#match(/\?[ABCD]/y))
      return this.#skipType()
    return false
  }

  #skipIdentifierOrTemplate(): boolean {
    return this.#take('?$') ? this.#skipTemplate() : this.#skipIdentifier()
  }

  /** Calling convention, result, arguments, what it throws. */
  #skipFunction(): boolean {
    if (!this.#match(/[A-Z]/y) || !(this.#take('@') || this.#skipType())) return false
    if (this.#take('X')) return this.#take('Z')
    while (!this.#take('@')) {
      // Any more arguments.
      if (this.#take('Z')) break
      if (!this.#skipType()) return false
    }
    return this.#take('Z')
  }
}
