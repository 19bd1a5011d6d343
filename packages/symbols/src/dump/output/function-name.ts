/** What compilers append to the name of a part or a copy of a function. A crash in `f.cold` is one in `f`, and so other dumpers write it. */
const copySuffix = /(?:(?:\.(?:cold|constprop|llvm|localalias|lto_priv|isra|part|str)(?:\.[0-9]+)?)|(?: ?\[clone[^\]]*\] ?))+$/

/** Microsoft's words for what all others write in parentheses; one signature must come out for both. */
const microsoftAnonymous = "`anonymous namespace'"

/** Names as they are written: without the suffixes of copies, then demangled. */
export function functionName(demangle: ((name: string) => string) | undefined): (name: string) => string {
  return (name) => {
    const plain = name.includes('.') || name.includes('[clone') ? name.replace(copySuffix, '') : name
    const written = demangle === undefined ? plain : demangle(plain)
    return written === '' ? plain : written.replaceAll(microsoftAnonymous, '(anonymous namespace)')
  }
}
