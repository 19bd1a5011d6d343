import { checkEndpoint } from './check-endpoint.ts'
import { certificateWords, failureWords, incompleteChain } from './exchange.ts'
import { type FetchedPage, fetchPage } from './fetch-page.ts'
import { error, type Finding, fine, warning } from './finding.ts'
import { readReportTo } from './report-to.ts'
import { crashEndpoint, type Endpoint, type EndpointFault, readReportingEndpoints } from './reporting-endpoints.ts'
import { DictionaryError, parseDictionary } from './structured-dictionary.ts'

export interface Examination {
  readonly url: string
  /** The document's own, after redirects; null where it could not be fetched. */
  readonly finalUrl: string | null
  readonly status: number | null
  readonly redirects: number
  readonly headers: { readonly reportingEndpoints: string | null; readonly reportTo: string | null; readonly documentPolicy: string | null }
  /** Where the page's crash reports would go; null: nowhere. */
  readonly endpoint: { readonly name: string; readonly url: string } | null
  readonly endpoints: readonly Endpoint[]
  readonly findings: readonly Finding[]
  readonly delivers: boolean
  /** Of the page's certificate, where it is trusted. */
  readonly spki: string | undefined
}

/** The name of the policy without which Chromium keeps stacks to itself. */
const stackPolicy = 'include-js-call-stacks-in-crash-reports'

/** Whether crash reports of the page will arrive, by the rules that Chromium 156 was seen to follow. */
export async function examine(address: URL, ca: string | undefined): Promise<Examination> {
  const empty = { reportingEndpoints: null, reportTo: null, documentPolicy: null }
  let page: FetchedPage
  try {
    page = await fetchPage(address, ca)
  } catch (cause) {
    const finding = error('page_unreachable', `${address.href} could not be fetched: ${failureWords(cause)}.`)
    const nothing = { url: address.href, finalUrl: null, status: null, redirects: 0, headers: empty, endpoint: null, endpoints: [] }
    return { ...nothing, findings: [finding], delivers: false, spki: undefined }
  }
  const { url, answer, redirects } = page
  const { findings, endpoints, chosen } = headerFindings(page)
  const all = [...pageFindings(page), ...findings, ...policyFindings(answer.header('document-policy'))]
  if (chosen !== undefined) all.push(...(await checkEndpoint(new URL(chosen.url), url, ca)))
  return {
    url: address.href,
    finalUrl: url.href,
    status: answer.status,
    redirects,
    headers: {
      reportingEndpoints: answer.header('reporting-endpoints') ?? null,
      reportTo: answer.header('report-to') ?? null,
      documentPolicy: answer.header('document-policy') ?? null,
    },
    endpoint: chosen ?? null,
    endpoints,
    findings: all,
    delivers: all.every(({ severity }) => severity !== 'error'),
    spki: answer.certificateFault === undefined ? answer.spki : undefined,
  }
}

function pageFindings({ url, answer }: FetchedPage): Finding[] {
  const findings: Finding[] = []
  if (url.protocol === 'http:')
    findings.push(error('page_http', `The page is served over http. Browsers report only pages of https, also on localhost.`))
  const { certificateFault } = answer
  if (certificateFault === incompleteChain)
    findings.push(
      warning(
        'incomplete_chain',
        `${url.host} does not send its intermediate certificate. Chromium on a desktop finds it by itself, other browsers do not.`,
      ),
    )
  else if (certificateFault !== undefined)
    findings.push(
      error(
        'page_certificate',
        `The certificate of ${url.host} is not trusted (${certificateWords(certificateFault)}); browsers show a warning instead of the page. If yours know its authority, give it with --ca FILE.`,
      ),
    )
  const isDownload = answer.header('content-disposition')?.trim().toLowerCase().startsWith('attachment') ?? false
  if (answer.status === 204 || answer.status === 205 || isDownload)
    findings.push(
      error(
        'no_document',
        `The answer (status ${answer.status}${isDownload ? ', a download' : ''}) makes no page: there is nothing that could crash.`,
      ),
    )
  return findings
}

interface HeaderFindings {
  readonly findings: Finding[]
  readonly endpoints: readonly Endpoint[]
  readonly chosen: { readonly name: string; readonly url: string } | undefined
}

function headerFindings({ url, answer }: FetchedPage): HeaderFindings {
  const header = answer.header('reporting-endpoints')
  if (header === undefined) return withoutEndpoints(answer.header('report-to'))
  const read = readReportingEndpoints(header, url)
  if (read.kind === 'dropped') {
    const message = `The whole header Reporting-Endpoints counts for nothing: ${read.why}.`
    return { findings: [error(read.code, message)], endpoints: [], chosen: undefined }
  }
  const { endpoints, repeated } = read
  const findings = repeated.map((name) =>
    warning('repeated_name', `${name} stands more than once in Reporting-Endpoints; only the last one counts.`),
  )
  const crash = crashEndpoint(endpoints)
  if (crash === undefined) {
    const names = endpoints.map(({ name }) => name).join(', ')
    findings.push(
      error(
        'no_crash_endpoint',
        `Reporting-Endpoints names ${names === '' ? 'nothing' : names}, but neither crash-reporting nor default, so crash reports go nowhere.`,
      ),
    )
    return { findings, endpoints, chosen: undefined }
  }
  const fallback = endpoints.find(({ name }) => name === 'default')
  const bothGood = [crash, fallback].filter((endpoint) => endpoint !== undefined)
  for (const endpoint of new Set(bothGood)) findings.push(...endpointFindings(endpoint, endpoint === crash))
  if (crash.fault !== undefined && crash !== fallback && fallback !== undefined && fallback.fault === undefined)
    findings.push(
      error(
        'blocks_default',
        'Because crash-reporting is named, default is not tried, although its address is good. Mend crash-reporting or remove it.',
      ),
    )
  if (crash === fallback)
    findings.push(
      fine('only_default', 'Only default is named. That is enough: browsers that know crash-reporting use default in its absence.'),
    )
  if (fallback === undefined)
    findings.push(
      warning(
        'only_crash_reporting',
        'Only crash-reporting is named. Chrome and Edge before 139, WebViews and Firefox know only default; name both.',
      ),
    )
  return { findings, endpoints, chosen: crash.fault === undefined ? { name: crash.name, url: crash.url } : undefined }
}

function withoutEndpoints(reportTo: string | undefined): HeaderFindings {
  const group = reportTo === undefined ? undefined : readReportTo(reportTo)?.find(({ name }) => name === 'default')
  const [first] = group?.urls ?? []
  if (first === undefined)
    return {
      findings: [error('no_endpoints', 'The page has no header Reporting-Endpoints; without it browsers send nothing.')],
      endpoints: [],
      chosen: undefined,
    }
  const message =
    'The page has only the older header Report-To. Chromium still follows it, Firefox and others do not; add Reporting-Endpoints.'
  return { findings: [warning('only_report_to', message)], endpoints: [], chosen: { name: 'default', url: first } }
}

const faults: Readonly<Record<EndpointFault, string>> = {
  relative_url: 'is relative; Chromium understands only a path from the root, as in "/reports", or a whole https address',
  protocol_relative_url: 'begins with two slashes, which Chromium ignores; write https: before it',
  http_endpoint: 'is http; browsers report only to https, also on localhost',
  invalid_url: 'is no https address',
}

/** A fault of an endpoint that is not the chosen one takes nothing from Chromium, but from browsers that know only the other. */
function endpointFindings(endpoint: Endpoint, isChosen: boolean): Finding[] {
  const { name, given, fault } = endpoint
  if (fault !== undefined) return [(isChosen ? error : warning)(fault, `The address ${JSON.stringify(given)} of ${name} ${faults[fault]}.`)]
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || (url.username === '' && url.password === '' && url.hash === '')) return []
  return [
    warning('userinfo', `Browsers remove user, password and fragment from the address of ${name}; a key belongs into its path or query.`),
  ]
}

function policyFindings(header: string | undefined): Finding[] {
  if (header === undefined)
    return [
      warning(
        'no_document_policy',
        `Reports of unresponsive pages will come without a stack: serve the page with Document-Policy: ${stackPolicy}.`,
      ),
    ]
  try {
    const member = parseDictionary(header).members.get(stackPolicy)
    if (member?.kind === 'boolean' && member.value) return [fine('document_policy', 'Reports of unresponsive pages will have a stack.')]
    const message = `Document-Policy does not say ${stackPolicy}: reports of unresponsive pages will come without a stack.`
    return [warning('no_document_policy', message)]
  } catch (cause) {
    if (!(cause instanceof DictionaryError)) throw cause
    return [
      warning(
        'bad_document_policy',
        `Document-Policy cannot be read (${cause.message}), so reports of unresponsive pages will come without a stack.`,
      ),
    ]
  }
}
