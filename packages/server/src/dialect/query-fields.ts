/**
 * Crashpad appends `?product=…&version=…&guid=…` to the address it was given. Query parameters become fields where the body has none of
 * that name; for the first two the body's own names are `prod` and `ver`.
 */
const bodyNames: ReadonlyMap<string, string> = new Map([
  ['product', 'prod'],
  ['version', 'ver'],
])

export function queryFields(
  url: string,
  fields: ReadonlyMap<string, string>,
  limits: { readonly queryFields: number; readonly queryFieldLength: number },
): Map<string, string> {
  const merged = new Map(fields)
  const questionMark = url.indexOf('?')
  if (questionMark < 0) return merged
  let taken = 0
  for (const [name, value] of new URLSearchParams(url.slice(questionMark + 1))) {
    if (taken === limits.queryFields) break
    if (name === '' || merged.has(name) || fields.has(bodyNames.get(name) ?? name)) continue
    merged.set(name.slice(0, limits.queryFieldLength), value.slice(0, limits.queryFieldLength))
    taken += 1
  }
  return merged
}
