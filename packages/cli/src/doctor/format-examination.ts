import type { Examination } from './examine.ts'
import type { Finding } from './finding.ts'

const marks: Readonly<Record<Finding['severity'], string>> = { error: '✗', warning: '!', fine: '✓' }

export function formatExamination({ url, finalUrl, status, redirects, headers, endpoint, findings, delivers }: Examination): string {
  const lines = [
    `${finalUrl ?? url}${status === null ? '' : `  status ${status}${redirects === 0 ? '' : `, after ${redirects} redirects`}`}`,
  ]
  for (const [name, value] of [
    ['Reporting-Endpoints', headers.reportingEndpoints],
    ['Report-To', headers.reportTo],
    ['Document-Policy', headers.documentPolicy],
  ] as const)
    if (value !== null) lines.push(`  ${name}: ${printable(value)}`)
  if (endpoint !== null) lines.push(`  crash reports go to ${endpoint.name}: ${endpoint.url}`)
  lines.push('')
  for (const { severity, code, message } of findings) lines.push(`${marks[severity]} ${code}: ${printable(message)}`)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  lines.push(
    '',
    delivers
      ? 'Crash reports of this page will arrive.'
      : `Crash reports of this page will not arrive: ${errors} ${errors === 1 ? 'error' : 'errors'}.`,
  )
  return `${lines.join('\n')}\n`
}

/** A server's words reach a terminal without its control characters. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\uFFFD')
}
