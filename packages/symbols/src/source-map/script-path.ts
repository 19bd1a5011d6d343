/** Deeper paths match by their end as well. */
const maxSegments = 20
const maxAddressLength = 4096

/** The path of a script in its address, as maps are found by: `/assets/app.js?v=2` of any host is `assets/app.js`. undefined: it names no script. */
export function scriptPath(url: string): string | undefined {
  const address = url.slice(0, maxAddressLength).split(/[?#]/, 1)[0] ?? ''
  const path = address.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:(?:\/\/[^/]*)?/, '').replaceAll('\\', '/')
  const segments = path
    .split('/')
    .map(decoded)
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..')
  const leaf = segments.at(-1) ?? ''
  return /\.(?:[cm]?jsx?|[cm]?tsx?|jsbundle|bundle)$/i.test(leaf) ? segments.slice(-maxSegments).join('/') : undefined
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The last `//# sourceMappingURL=…` of a script; undefined: none. */
export function findSourceMapUrl(script: string): string | undefined {
  const tail = script.slice(script.lastIndexOf('\n//# sourceMappingURL=') + 1)
  const found = /^\/\/# sourceMappingURL=(\S+)\s*$/m.exec(tail.slice(0, maxAddressLength + 30))?.[1]
  return found === undefined || found.length > maxAddressLength ? undefined : found
}
