/** What no program calls anything. */
const word = 'crashkeep_abi_tag'
const before = `__${word}_`
const behind = `_${word}__`
const shown = new RegExp(`${before}(\\w+?)${behind}`, 'g')
/** A constructor or destructor repeats the name of its class, and not the tag. */
const repeated = new RegExp(`(\\b\\w+?)(${before}\\w+?${behind})(::~?)\\1\\2`, 'g')
/** Names of operators, constructors and destructors as Itanium's mangling has them. */
const codeBefore =
  /(?:[CD][0-5]|nw|na|dl|da|aw|ps|ng|ad|de|co|pl|mi|ml|dv|rm|an|or|eo|aS|pL|mI|mL|dV|rM|aN|oR|eO|ls|rs|lS|rS|eq|ne|lt|gt|le|ge|ss|nt|aa|oo|pp|mm|cm|pm|pt|cl|ix)$/
/** Libraries give one or two. */
const maxTags = 64
const maxIdentifier = 255
/** Numbers that end with `_` or `E`. */
const otherNumber: Readonly<Record<string, RegExp>> = { _: /[ST][0-9A-Z]*$/, E: /L[a-z]n?\d*$/ }

/**
 * Hides tags like `[abi:cxx11]` in the names before them, because the library counts the parts of a name wrongly behind one and then names wrong types.
 * `14getSectionAddrB5cxx11` becomes a longer identifier. Behind an operator or a constructor a tag goes: the library takes those for functions with a
 * return type. libc++ tags most of its functions (`B8ne190107`), libstdc++ what has to do with its new strings.
 */
export function hideAbiTags(name: string): { readonly hidden: string; readonly areDropped: boolean } {
  if (name.includes(word)) return { hidden: name, areDropped: false }
  let areDropped = false
  let hidden = ''
  let copied = 0
  let count = 0
  for (let at = name.indexOf('B', 2); at > 0 && count < maxTags; at = name.indexOf('B', at + 1)) {
    let end = at
    let tags = ''
    for (let next = tagEnd(name, end); next > 0 && count < maxTags; next = tagEnd(name, end)) {
      tags += before + name.slice(end + 1, next).replace(/^\d+/, '') + behind
      end = next
      count++
    }
    if (end === at) continue
    const length = identifierBefore(name, at)
    if (length > 0) {
      const start = at - length - String(length).length
      hidden += `${name.slice(copied, start)}${length + tags.length}${name.slice(at - length, at)}${tags}`
      copied = end
    } else if (codeBefore.test(name.slice(at - 2, at))) {
      hidden += name.slice(copied, at)
      copied = end
      areDropped = true
    }
    at = end - 1
  }
  return { hidden: hidden + name.slice(copied), areDropped }
}

export function showAbiTags(name: string): string {
  return name.replace(repeated, '$1$2$3$1').replace(shown, '[abi:$1]')
}

/** What the library makes of the whole name, unless it names other types than without the tags that were dropped. */
export function withAllTags(right: string, own: string | undefined): string {
  const plain = (text: string) => text.replaceAll(/\[abi:\w+\]/g, '')
  return own !== undefined && plain(own) === plain(right) ? own : right
}

/** Where the tag at `at` ends; 0: there is none. */
function tagEnd(name: string, at: number): number {
  const [whole = '', digits = ''] = /^B([1-9]\d{0,2})/.exec(name.slice(at, at + 4)) ?? []
  const end = at + whole.length + Number(digits)
  return whole !== '' && end <= name.length && /^[A-Za-z_]\w*$/.test(name.slice(at + whole.length, end)) ? end : 0
}

/** The length of the identifier that ends at `end`, with its length as digits before it: of several that it may be, the longest; 0: there is none. */
function identifierBefore(name: string, end: number): number {
  let found = 0
  for (let length = 1; length < end && length <= maxIdentifier; length++) {
    const start = end - length
    if (!/\w/.test(name.charAt(start))) break
    const digits = String(length)
    if (!/[A-Za-z_]/.test(name.charAt(start)) || !name.startsWith(digits, start - digits.length)) continue
    // `S6_`, `T0_` and `Li6E` are no lengths.
    const isReference = otherNumber[name.charAt(start)]?.test(name.slice(Math.max(0, start - 12), start)) ?? false
    if (!isReference) found = length
  }
  return found
}
