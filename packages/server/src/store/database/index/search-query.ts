/**
 * The search box's language: words, `"several words"`, `field:value`, `field:"a value"`, and `-` before any of them for "not". There are no
 * errors: what is not a known field is a word. docs/reference/search.md tells it to people.
 */
export const searchFields = [
  'version',
  'reason',
  'module',
  'process',
  'platform',
  'product',
  'signature',
  'kind',
  'state',
  'dialect',
  'installation',
  'route',
  'browser',
  'visibility',
  'frame',
] as const
export type SearchField = (typeof searchFields)[number]

export interface SearchTerm {
  readonly field: SearchField | 'words'
  readonly value: string
  readonly negated: boolean
}

/** Longer than what anybody types; each term is a condition that may be tried on a million rows. */
export const maxQueryLength = 500
export const maxTerms = 12

const otherNames: Readonly<Record<string, SearchField>> = {
  processtype: 'process',
  ptype: 'process',
  os: 'platform',
  guid: 'installation',
}

/** A term: `-`, a name and a colon, each if there; then text in quotes (the last one may be missing) or up to the next blank. */
const termPattern = /(-?)(?:([A-Za-z_]+):)?(?:"([^"]*)(?:"|$)|(\S+))/g

export function parseSearch(query: string): SearchTerm[] {
  const terms: SearchTerm[] = []
  for (const match of query.slice(0, maxQueryLength).matchAll(termPattern)) {
    const term = termOf(match[0], match[1] === '-', match[2], match[3] ?? match[4] ?? '')
    if (term !== undefined) terms.push(term)
    if (terms.length === maxTerms) break
  }
  return terms
}

function termOf(whole: string, negated: boolean, name: string | undefined, value: string): SearchTerm | undefined {
  if (name === undefined) return value.trim() === '' ? undefined : { field: 'words', value: value.trim(), negated }
  const field = fieldNamed(name.toLowerCase())
  if (field !== undefined) return value.trim() === '' ? undefined : { field, value: value.trim(), negated }
  // `std::string` and `foo:` are words that happen to hold a colon.
  return { field: 'words', value: (negated ? whole.slice(1) : whole).replaceAll('"', ''), negated }
}

function fieldNamed(name: string): SearchField | undefined {
  return searchFields.find((field) => field === name) ?? (Object.hasOwn(otherNames, name) ? otherNames[name] : undefined)
}
