import { route } from './route.ts'

/** The file's name without folders, query and hashes: `app.3f2a9c1b.chunk.js` is `app.chunk.js`. A page's own script has the page's route. */
export function scriptName(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  const leaf = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  if (/\.[A-Za-z]\w{0,9}$/.test(leaf)) return withoutHashes(leaf)
  return /^(?:node|electron):[\w./-]+$/.test(url) ? url : route(url)
}

/**
 * Bundlers put a hash of the content into the name so that caches notice a change: it is new in each build, and a signature must not be.
 * It stands between dots (webpack), or at the end of the first piece after a dash (Vite, esbuild, Next.js); a name may also be a hash alone.
 */
function withoutHashes(leaf: string): string {
  const [first = '', ...rest] = leaf.split('.')
  const dash = Math.max(first.lastIndexOf('-'), first.lastIndexOf('_'))
  // A hash of base 64 may hold dashes itself, but has eight characters in every bundler that uses it.
  const eight = /^(.+)-([A-Za-z0-9_-]{8})$/.exec(first)
  let stem = first
  if (eight?.[1] && isShortHash(eight[2] ?? '')) stem = eight[1]
  else if (dash > 0 && isHash(first.slice(dash + 1))) stem = first.slice(0, dash)
  const kept = rest.filter((piece, index) => index === rest.length - 1 || !isHash(piece))
  return [isHash(stem) ? '(hash)' : stem, ...kept].join('.')
}

/** webpack's and Next.js' hexadecimal, or base 64 with digit and capital. Letters alone are more often a word. */
function isHash(text: string): boolean {
  if (!/\d/.test(text)) return false
  return /^[0-9a-f]{6,64}$/.test(text) ? /[a-f]/.test(text) || text.length >= 12 : /^(?=.*[A-Z])[A-Za-z0-9_-]{8,32}$/.test(text)
}

/** One in four hashes of base 64 has no digit (`DiwrgTda`); two capitals tell it from `Settings`. esbuild's is all capitals. */
function isShortHash(text: string): boolean {
  return isHash(text) || /[A-Z].*[A-Z]/.test(text)
}
