import { withoutCopySuffix } from './copy-suffix.ts'

/** Microsoft's words for what all others write in parentheses; one signature must come out for both. */
const microsoftAnonymous = "`anonymous namespace'"

/** Names as they are written: without the suffixes of copies, then demangled. */
export function functionName(demangle: ((name: string) => string) | undefined): (name: string) => string {
  return (name) => {
    const plain = withoutCopySuffix(name)
    const written = demangle === undefined ? plain : demangle(plain)
    return written === '' ? plain : written.replaceAll(microsoftAnonymous, '(anonymous namespace)')
  }
}
