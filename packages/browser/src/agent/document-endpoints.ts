import { parseUrl } from '../parse-url.ts'
import { parseDictionary } from './structured-dictionary.ts'

/** What a document's response says about its reports. */
export interface DocumentEndpoints {
  /** Where a crash goes, the most wanted first; none: nowhere. */
  readonly crashes: readonly string[]
  readonly sendsStacks: boolean
}

/** Names in any case; values that came several times as arrays or joined by commas. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** A header is a few hundred bytes; beyond this it is not looked at. */
const maxHeaderLength = 65_536

/**
 * As Chromium chooses: `crash-reporting` where the header names it, even if its address is none, else `default`, else the group `default` of
 * `Report-To`. One member that is no string takes the whole `Reporting-Endpoints` with it.
 */
export function documentEndpoints(url: string, headers: ResponseHeaders): DocumentEndpoints {
  const page = parseUrl(url)
  const policy = headerOf(headers, 'document-policy')
  const sendsStacks = /(^|,)\s*include-js-call-stacks-in-crash-reports\s*(=\s*\?1\s*)?(;|,|$)/.test(policy)
  if (page?.protocol !== 'https:') return { crashes: [], sendsStacks }
  const members = parseDictionary(headerOf(headers, 'reporting-endpoints')) ?? new Map()
  const named = [...members.values()].every((value) => typeof value === 'string') ? members : new Map()
  for (const name of ['crash-reporting', 'default']) {
    const address = named.get(name)
    if (typeof address !== 'string') continue
    const endpoint = endpointAt(address, page)
    return { crashes: endpoint === undefined ? [] : [endpoint], sendsStacks }
  }
  return { crashes: reportToDefault(headerOf(headers, 'report-to'), page), sendsStacks }
}

function headerOf(headers: ResponseHeaders, name: string): string {
  const found = Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1]
  const text = typeof found === 'string' ? found : (found?.join(', ') ?? '')
  return text.length > maxHeaderLength ? '' : text
}

/** A path with one slash, or an absolute https address. */
function endpointAt(address: string, page: URL): string | undefined {
  const isPath = /^\/(?!\/)/.test(address)
  const url = parseUrl(address, isPath ? page : undefined)
  if (url?.protocol !== 'https:') return undefined
  return `${url.origin}${url.pathname}${url.search}`
}

/** JSON objects with commas between them. */
function reportToDefault(header: string, page: URL): readonly string[] {
  let groups: unknown
  try {
    groups = JSON.parse(`[${header}]`)
  } catch {
    return []
  }
  const group = Array.isArray(groups) ? groups.find((each) => each instanceof Object && (each.group ?? 'default') === 'default') : undefined
  if (!(group instanceof Object) || !(Number(group.max_age) > 0) || !Array.isArray(group.endpoints)) return []
  const endpoints: readonly { readonly url: string; readonly priority: number }[] = group.endpoints.flatMap((each: unknown) => {
    const { url, priority } = { url: undefined, priority: 1, ...(each instanceof Object ? each : {}) }
    const endpoint = typeof url === 'string' ? endpointAt(url, page) : undefined
    return endpoint === undefined ? [] : [{ url: endpoint, priority: Number(priority) || 1 }]
  })
  return endpoints.toSorted((a, b) => a.priority - b.priority).map(({ url }) => url)
}
