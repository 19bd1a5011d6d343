import { maxRouteSegments } from '../limits.ts'

/** Characters of an address that are looked at; pages put whole documents into their query. */
const maxAddressLength = 4_096
const maxSegmentLength = 40

/**
 * The page as a kind of page: `https://shop.example/orders/18234/items?x=1` is `/orders/:id/items`. Host, query and fragment are left out:
 * one mistake on many hosts (test, customer's own) is one mistake, and queries carry people's data.
 */
export function route(url: string): string {
  const text = url.slice(0, maxAddressLength)
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'about' || scheme === 'data' || scheme === 'blob' || scheme === 'javascript') return `${scheme}:`
  const isFile = scheme === 'file' || (scheme !== undefined && scheme.length === 1)
  const path = isFile ? filePath(text) : text.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:(?:\/\/[^/?#]*)?/, '')
  const plain = path.split(/[?#]/, 1)[0] ?? ''
  const segments = plain.split('/').filter((segment) => segment !== '')
  if (!isFile && /^index\.\w{1,5}$/.test(segments.at(-1) ?? '')) segments.pop()
  const shown = segments.slice(0, maxRouteSegments).map(segmentName)
  if (segments.length > maxRouteSegments) shown.push('...')
  // A fragment that is a path belongs to a router inside the page: `#/settings/3`.
  const inner = /#!?(\/[^?#]*)/.exec(text)?.[1]
  const tail = inner === undefined ? '' : `#${route(inner)}`
  const prefix = scheme === undefined || scheme === 'http' || scheme === 'https' || isFile ? '' : `${scheme}:`
  return `${prefix}/${shown.join('/')}${tail}`
}

/** A file's folders are a person's own; inside an Electron archive they are the program's. */
function filePath(text: string): string {
  const plain = (text.split(/[?#]/, 1)[0] ?? '').replaceAll('\\', '/')
  const archive = plain.lastIndexOf('.asar/')
  return archive >= 0 ? plain.slice(archive + '.asar'.length) : plain.slice(plain.lastIndexOf('/'))
}

function segmentName(segment: string): string {
  if (/^\d+$/.test(segment)) return ':id'
  if (/^[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}$/.test(segment)) return ':id'
  if (/^[0-9a-fA-F]{8,}$/.test(segment) && /\d/.test(segment)) return ':id'
  if (/^\d{4}-\d{2}(?:-\d{2})?$/.test(segment)) return ':date'
  if (segment.includes('@') || /%40/.test(segment)) return ':email'
  // Mixed letters and digits of some length are a key; `v2`, `page3`, `mp3-player` are not.
  if (segment.length >= 16 && /\d/.test(segment) && /^[\w~-]+$/.test(segment)) return ':id'
  if (/^[A-Za-z_-]+[-_]?\d{4,}$/.test(segment)) return ':id'
  // Titles of articles and products: four words and more.
  if (segment.split('-', 5).length >= 4 || segment.length > maxSegmentLength) return ':text'
  if (/%[89A-Fa-f][0-9A-Fa-f]/.test(segment) || /[^\x20-\x7e]/.test(segment)) return ':text'
  return segment
}
