/**
 * One report of the Reporting API in every form that browsers and drafts gave it, brought to one form. Its names are anybody's choice
 * (`__proto__` has been measured), so objects are made with `Object.fromEntries`, which never sets a prototype.
 */
import { splitRelease } from './release-name.ts'

export interface BrowserReport {
  readonly type: string
  /** Milliseconds between the report's making and this attempt to send it. */
  readonly age: number | undefined
  readonly url: string | undefined
  readonly userAgent: string | undefined
  readonly body: ReadonlyMap<string, unknown>
}

/** Ages beyond this are no ages; browsers drop reports after 15 minutes. */
const maxAgeMs = 7 * 24 * 60 * 60 * 1000

/** Members that drafts called otherwise. */
const olderNames: ReadonlyMap<string, string> = new Map([
  ['isTopLevel', 'is_top_level'],
  ['page_visibility', 'visibility_state'],
  ['visibilityState', 'visibility_state'],
  ['crashReportApi', 'crash_report_api'],
])

/** Members of a crash's body that are not the page's own data; early drafts put that beside them. */
const knownMembers = new Set(['reason', 'stack', 'is_top_level', 'visibility_state', 'crash_report_api', 'sourceFile', 'crashId'])

/** The reports of a body: an array, a single object, or CSP's own envelope. undefined: nothing of the kind. */
export function readBrowserReports(parsed: unknown): readonly BrowserReport[] | undefined {
  const list = Array.isArray(parsed) ? parsed : [parsed]
  const reports = list.flatMap((each) => readReport(each) ?? [])
  return reports.length === 0 && list.length > 0 ? undefined : reports
}

function readReport(value: unknown): BrowserReport | undefined {
  const members = membersOf(value)
  if (members === undefined) return undefined
  const csp = membersOf(members.get('csp-report'))
  if (csp !== undefined) {
    return { type: 'csp-violation', age: undefined, url: textOf(csp.get('document-uri')), userAgent: undefined, body: csp }
  }
  const body = membersOf(members.get('body')) ?? new Map<string, unknown>()
  const type = textOf(members.get('type')) ?? (members.has('body') ? 'unknown' : undefined)
  if (type === undefined) return undefined
  const age = members.get('age')
  return {
    type,
    age: typeof age === 'number' && age >= 0 && age <= maxAgeMs ? age : undefined,
    url: textOf(members.get('url')),
    userAgent: textOf(members.get('user_agent') ?? members.get('userAgent')),
    body: type === 'crash' ? crashBody(body) : body,
  }
}

function crashBody(body: ReadonlyMap<string, unknown>): Map<string, unknown> {
  const normal = new Map<string, unknown>()
  const loose = new Map<string, string>()
  for (const [name, value] of body) {
    const today = olderNames.get(name) ?? name
    if (!knownMembers.has(today) && typeof value === 'string') loose.set(name, value)
    else if (!normal.has(today)) normal.set(today, today === 'is_top_level' ? booleanOf(value) : value)
  }
  const context = membersOf(normal.get('crash_report_api')) ?? new Map<string, unknown>()
  for (const [name, value] of loose) if (!context.has(name)) context.set(name, value)
  normal.set('crash_report_api', Object.fromEntries([...context].map(([name, value]) => [name, textOf(value) ?? jsonOf(value)])))
  return normal
}

/** What the page set with `window.crashReport`. */
export function contextOf(report: BrowserReport): ReadonlyMap<string, string> {
  const members = membersOf(report.body.get('crash_report_api')) ?? new Map<string, unknown>()
  return new Map([...members].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])))
}

/** Product and version as the rest of the server calls them, from the names pages use: `release` may be `shop@2.0.0`. */
export function fieldsOf(context: ReadonlyMap<string, string>): Map<string, string> {
  const fields = new Map<string, string>()
  const named = splitRelease(context.get('release'))
  const product = context.get('product') ?? named.product
  const version = context.get('version') ?? named.version
  if (product !== undefined) fields.set('product', product)
  if (version !== undefined) fields.set('version', version)
  return fields
}

/** The report as JSON, its members under today's names. */
export function jsonOfReport(report: BrowserReport): Record<string, unknown> {
  return {
    age: report.age ?? null,
    type: report.type,
    url: report.url ?? null,
    user_agent: report.userAgent ?? null,
    body: Object.fromEntries(report.body),
  }
}

function membersOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined
}

/** Context values are strings in every browser; anything else is kept as its JSON, or not at all where it is nested too deeply. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function booleanOf(value: unknown): unknown {
  if (value === 'true') return true
  return value === 'false' ? false : value
}
