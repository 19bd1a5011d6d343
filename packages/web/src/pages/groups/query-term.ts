/** One term of the search box; values with spaces or quotes are quoted. */
export function queryTerm(field: string, value: string): string {
  return /^[\w.\-+/@]+$/.test(value) ? `${field}:${value}` : `${field}:"${value.replace(/["\\]/g, '\\$&')}"`
}

/** Adds a term unless the query has it already. */
export function withTerm(query: string, term: string): string {
  if (query === '') return term
  return query.includes(term) ? query : `${query} ${term}`
}
