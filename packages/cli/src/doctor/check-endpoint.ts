import { type Answer, certificateWords, exchange, failureWords, incompleteChain } from './exchange.ts'
import { error, type Finding, fine, warning } from './finding.ts'

/** Asks the endpoint as Chromium asks it before every upload from another origin, and sends it an empty list of reports. */
export async function checkEndpoint(endpoint: URL, page: URL, ca: string | undefined): Promise<Finding[]> {
  const trust = ca === undefined ? {} : { ca }
  const findings: Finding[] = []
  try {
    if (endpoint.origin === page.origin)
      findings.push(fine('same_origin', 'The endpoint is on the page’s own origin: no preflight is needed.'))
    else {
      const headers = { origin: page.origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
      const answer = await exchange(endpoint, { method: 'OPTIONS', headers, ...trust })
      findings.push(...certificateFindings(answer, endpoint), ...preflightFindings(answer, page))
    }
    const headers = { origin: page.origin, 'content-type': 'application/reports+json', 'content-length': '2' }
    const answer = await exchange(endpoint, { method: 'POST', headers, body: '[]', ...trust })
    if (endpoint.origin === page.origin) findings.push(...certificateFindings(answer, endpoint))
    if (!isSuccess(answer.status))
      findings.push(
        warning(
          'post_status',
          `The endpoint answered an empty list of reports with status ${answer.status}. A browser takes anything but 2xx for a failure, sends the report five times in 15 minutes and then gives up.`,
        ),
      )
  } catch (cause) {
    findings.push(error('endpoint_unreachable', `The endpoint ${endpoint.href} does not answer: ${failureWords(cause)}.`))
  }
  return findings
}

function certificateFindings({ certificateFault }: Answer, { host }: URL): Finding[] {
  if (certificateFault === undefined) return []
  if (certificateFault === incompleteChain)
    return [
      warning(
        'endpoint_incomplete_chain',
        `${host} does not send its intermediate certificate. Chromium on a desktop finds it by itself, other browsers do not; serve the full chain.`,
      ),
    ]
  return [
    error(
      'endpoint_certificate',
      `The certificate of ${host} is not trusted (${certificateWords(certificateFault)}), so browsers send it nothing. Give it one of a public authority, or --ca FILE if your browsers know yours.`,
    ),
  ]
}

/** Chromium looks at these three things; Access-Control-Allow-Methods is not one of them. */
function preflightFindings(answer: Answer, page: URL): Finding[] {
  if (!isSuccess(answer.status))
    return [error('preflight_status', `The endpoint answers the preflight (OPTIONS) with status ${answer.status}; it must be 2xx.`)]
  const findings: Finding[] = []
  const origin = answer.header('access-control-allow-origin')?.trim()
  if (origin !== '*' && origin !== page.origin)
    findings.push(
      error(
        'preflight_origin',
        `The endpoint's answer to the preflight ${origin === undefined ? 'lacks Access-Control-Allow-Origin' : `allows the origin ${origin}`}; it must be * or ${page.origin}.`,
      ),
    )
  const allowed = (answer.header('access-control-allow-headers') ?? '').split(',').map((name) => name.trim().toLowerCase())
  if (!allowed.includes('*') && !allowed.includes('content-type'))
    findings.push(
      error(
        'preflight_headers',
        "The endpoint's answer to the preflight lacks Access-Control-Allow-Headers: content-type, without which nothing follows it.",
      ),
    )
  return findings.length > 0 ? findings : [fine('preflight', 'The endpoint answers the preflight as browsers want it.')]
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
