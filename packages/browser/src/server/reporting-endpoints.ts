import { BrowserError } from '../errors.ts'
import { parseUrl } from '../parse-url.ts'

export interface ReportingOptions {
  /** Where crash reports go: `https://…`, or a path of the page's own origin. Under `default`, too, for browsers that know no other name. */
  readonly crashes: string
  /** More endpoints by name; `default` here takes everything but crashes. */
  readonly more?: Readonly<Record<string, string>>
  /** Ask for the stack of pages that stopped responding; on unless false. */
  readonly stacks?: boolean
  /**
   * Also send `Report-To`, which a browser remembers for this many seconds and for all pages of the origin: for pages whose own response has
   * no headers of yours. It needs an absolute address.
   */
  readonly reportToSeconds?: number
}

export interface ReportingHeaders {
  readonly 'Reporting-Endpoints': string
  readonly 'Report-To'?: string
  readonly 'Document-Policy'?: string
}

/** One member that is no string, or one bad name, and Chromium drops the whole header without a word. So nothing of the kind leaves here. */
export function reportingEndpoints({ crashes, more = {}, stacks = true, reportToSeconds }: ReportingOptions): ReportingHeaders {
  const endpoints = { 'crash-reporting': crashes, default: crashes, ...more }
  const members = Object.entries(endpoints).map(([name, address]) => `${checkedName(name)}="${checkedAddress(address)}"`)
  return {
    'Reporting-Endpoints': members.join(', '),
    ...(reportToSeconds === undefined ? {} : { 'Report-To': reportTo(crashes, reportToSeconds) }),
    ...(stacks ? { 'Document-Policy': 'include-js-call-stacks-in-crash-reports' } : {}),
  }
}

/** A key of a structured field. */
function checkedName(name: string): string {
  if (/^[a-z*][a-z0-9_\-.*]*$/.test(name)) return name
  throw new BrowserError('bad_endpoint_name', `"${name}" is no name of an endpoint: lower-case letters, digits and _ - . * are allowed.`)
}

/** As Chromium takes them: it resolves no other relative address than a path with one slash in front, and sends to https only. */
function checkedAddress(address: string): string {
  const isPath = /^\/(?!\/)/.test(address)
  const url = parseUrl(address, isPath ? 'https://page.invalid' : undefined)
  if (url?.protocol !== 'https:') {
    throw new BrowserError(
      'bad_endpoint',
      `"${address}" is no endpoint: browsers report to https addresses, or to a path that starts with one slash.`,
    )
  }
  if (url.username || url.password) {
    throw new BrowserError(
      'bad_endpoint',
      `"${url.host}" has a user or a password in front, which browsers take away: put the key into the path.`,
    )
  }
  // The parser has percent-encoded whatever a quoted string may not hold.
  return isPath ? `${url.pathname}${url.search}` : url.href.replace(/#.*/, '')
}

function reportTo(address: string, maxAge: number): string {
  if (address.startsWith('/')) throw new BrowserError('bad_endpoint', `Report-To needs an absolute address, not "${address}".`)
  if (!Number.isSafeInteger(maxAge) || maxAge < 0) throw new BrowserError('bad_max_age', `${maxAge} is no number of seconds.`)
  return JSON.stringify({ group: 'default', max_age: maxAge, endpoints: [{ url: checkedAddress(address) }] })
}
