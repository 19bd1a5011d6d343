export interface ReportToGroup {
  readonly name: string
  readonly urls: readonly string[]
}

/** The older `Report-To` header: JSON objects with commas between them. undefined: it cannot be read. Groups with `max_age: 0` are removals. */
export function readReportTo(header: string): readonly ReportToGroup[] | undefined {
  let list: unknown
  try {
    list = JSON.parse(`[${header}]`)
  } catch {
    return undefined
  }
  if (!Array.isArray(list)) return undefined
  return list.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null || !('max_age' in item) || !('endpoints' in item)) return []
    if (typeof item.max_age !== 'number' || item.max_age <= 0 || !Array.isArray(item.endpoints)) return []
    const name = 'group' in item && typeof item.group === 'string' ? item.group : 'default'
    const urls = item.endpoints.flatMap((endpoint: unknown) => {
      const url = typeof endpoint === 'object' && endpoint !== null && 'url' in endpoint ? endpoint.url : undefined
      return typeof url === 'string' && url.startsWith('https://') && URL.canParse(url) ? [url] : []
    })
    return urls.length === 0 ? [] : [{ name, urls }]
  })
}
