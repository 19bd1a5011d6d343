import { route } from './route.ts'

/** What bundlers put between name and extension so that caches notice a change: webpack's hexadecimal, Vite's and esbuild's base 64 or 32. */
const hash = /^(?:[0-9a-f]{6,64}|(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Z])[A-Za-z0-9_-]{8,32})$/
const dashedHash = /[-_]([A-Za-z0-9_-]{8}|[A-Z0-9]{8}|[0-9a-f]{6,64})$/

/** The file's name without folders, query and hashes: `app.3f2a9c1b.chunk.js` is `app.chunk.js`. A page's own script has the page's route. */
export function scriptName(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  const leaf = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  if (!/\.[A-Za-z]\w{0,9}$/.test(leaf)) return leaf !== '' && isModuleName(url) ? url : route(url)
  return withoutHashes(leaf)
}

function isModuleName(url: string): boolean {
  return /^(?:node|electron):[\w./-]+$/.test(url)
}

function withoutHashes(leaf: string): string {
  const [first = '', ...rest] = leaf.split('.')
  const stem = withoutDashedHash(first)
  const kept = rest.filter((piece, index) => index === rest.length - 1 || !isHash(piece))
  return [stem, ...kept].join('.')
}

function withoutDashedHash(stem: string): string {
  const found = dashedHash.exec(stem)
  const candidate = found?.[1]
  return candidate !== undefined && found !== null && found.index > 0 && isHash(candidate) ? stem.slice(0, found.index) : stem
}

/** Letters alone (`feedface` apart) are more often a word than a hash. */
function isHash(piece: string): boolean {
  return hash.test(piece) && /\d/.test(piece)
}
