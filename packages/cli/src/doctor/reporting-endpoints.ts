import { DictionaryError, parseDictionary } from './structured-dictionary.ts'

/** What Chromium makes of one member of `Reporting-Endpoints`. */
export type Endpoint =
  | { readonly name: string; readonly given: string; readonly url: string; readonly fault?: undefined }
  | { readonly name: string; readonly given: string; readonly fault: EndpointFault }
export type EndpointFault = 'relative_url' | 'protocol_relative_url' | 'http_endpoint' | 'invalid_url'

export type ReportingEndpoints =
  | { readonly kind: 'read'; readonly endpoints: readonly Endpoint[]; readonly repeated: readonly string[] }
  /** The whole header counts for nothing. */
  | { readonly kind: 'dropped'; readonly code: 'bad_syntax' | 'not_a_string'; readonly why: string }

/**
 * `Reporting-Endpoints` as Chromium 156 reads it, which differs from the specification: a member that is not a string takes the whole header
 * with it, and of relative addresses only a path from the root is understood.
 */
export function readReportingEndpoints(header: string, pageUrl: URL): ReportingEndpoints {
  try {
    const { members, repeated } = parseDictionary(header)
    const endpoints: Endpoint[] = []
    for (const [name, member] of members) {
      if (member.kind !== 'string')
        return { kind: 'dropped', code: 'not_a_string', why: `${name} is ${article(member.kind)}, not a text in double quotes` }
      endpoints.push({ name, given: member.value, ...endpointUrl(member.value, pageUrl) })
    }
    return { kind: 'read', endpoints, repeated }
  } catch (error) {
    if (!(error instanceof DictionaryError)) throw error
    return { kind: 'dropped', code: 'bad_syntax', why: `at character ${error.at + 1}, ${excerpt(header, error.at)}: ${error.message}` }
  }
}

function endpointUrl(given: string, pageUrl: URL): { readonly url: string } | { readonly fault: EndpointFault } {
  if (given.startsWith('//')) return { fault: 'protocol_relative_url' }
  if (given.startsWith('/')) return { url: new URL(given, pageUrl.origin).href }
  if (!URL.canParse(given)) return { fault: URL.canParse(given, pageUrl.href) ? 'relative_url' : 'invalid_url' }
  const url = new URL(given)
  if (url.protocol !== 'https:') return { fault: url.protocol === 'http:' ? 'http_endpoint' : 'invalid_url' }
  url.username = ''
  url.password = ''
  url.hash = ''
  return { url: url.href }
}

/**
 * The endpoint of the page's crash reports. `crash-reporting` counts as soon as it is named: when its address is no good nothing is sent at
 * all, also not to `default`.
 */
export function crashEndpoint(endpoints: readonly Endpoint[]): Endpoint | undefined {
  return endpoints.find(({ name }) => name === 'crash-reporting') ?? endpoints.find(({ name }) => name === 'default')
}

function article(kind: string): string {
  if (kind === 'boolean') return 'a name without a value'
  if (kind === 'inner-list') return 'a list'
  return kind === 'bytes' ? 'bytes between colons' : `a ${kind}`
}

const excerptLength = 20

function excerpt(header: string, at: number): string {
  return at >= header.length ? 'its end' : `before ${JSON.stringify(header.slice(at, at + excerptLength))}`
}
