const tag = 'B5cxx11'
/** What no program calls anything. */
const mark = '__crashkeep_abi_cxx11'

/**
 * Hides the tag `[abi:cxx11]` of functions that return a `std::string` in the name before it, because the library counts the parts of a name wrongly
 * behind one and then names wrong types. `14getSectionAddrB5cxx11` becomes a longer identifier.
 */
export function hideAbiTags(name: string): string {
  let hidden = name
  for (let at = name.lastIndexOf(tag); at > 0; at = name.lastIndexOf(tag, at - 1)) {
    const length = identifierBefore(name, at)
    // A constructor repeats the name of its class, and not the tag.
    if (length === 0 || /^[CD][0-9]/.test(hidden.slice(at + tag.length))) continue
    const start = at - length - String(length).length
    hidden = `${hidden.slice(0, start)}${length + mark.length}${name.slice(at - length, at)}${mark}${hidden.slice(at + tag.length)}`
  }
  return hidden
}

export function showAbiTags(name: string): string {
  return name.replaceAll(mark, '[abi:cxx11]')
}

/** The length of the identifier that ends at `end`, with its length as digits before it; 0: there is none. */
function identifierBefore(name: string, end: number): number {
  for (let length = 1; length < end && length <= maxIdentifier; length++) {
    const start = end - length
    if (!/[A-Za-z0-9_]/.test(name.charAt(start))) return 0
    const digits = String(length)
    const isName = /[A-Za-z_]/.test(name.charAt(start))
    if (isName && name.startsWith(digits, start - digits.length) && !/\d/.test(name.charAt(start - digits.length - 1))) return length
  }
  return 0
}

const maxIdentifier = 255
