import { parseUrl } from '../parse-url.ts'
import type { BrowserReport } from '../report/crash-report.ts'

/** Attempts and times of Chromium: at once, then after 60 s, doubled each time, five in all, within a quarter of an hour. */
const maxAttempts = 5
const firstRetryMs = 60_000
const maxAgeMs = 15 * 60_000
/** Of a browser profile; the oldest goes first. */
const maxQueued = 100
const requestTimeoutMs = 30_000

/** As `fetch` is: an embedding program may give one that knows its proxies, as Electron's `net.fetch`. */
export type Fetch = (url: string, options: RequestInit) => Promise<{ readonly status: number; readonly headers: Pick<Headers, 'get'> }>

export interface DeliveryOptions {
  readonly fetch: Fetch
  readonly now: () => number
  /** Runs a step later; returns how to stop it. */
  readonly later: (step: () => void, ms: number) => () => void
  /** Of the document, for an endpoint of its own origin; others never get any. */
  readonly cookies: (url: string) => string
}

/** What happened to one document: sent together, and never with those of another. */
export interface Parcel {
  readonly endpoints: readonly string[]
  readonly documentUrl: string
  readonly userAgent: string
  readonly reports: readonly { readonly at: number; readonly report: Omit<BrowserReport, 'age'> }[]
}

interface Queued {
  readonly parcel: Parcel
  attempts: number
  endpoints: readonly string[]
  stop: () => void
}

/** Delivers reports as a browser does. Nothing is kept on disk, and `close` drops what is still queued. */
export class Delivery {
  readonly #options: DeliveryOptions
  readonly #queue = new Set<Queued>()
  #isClosed = false

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  get queued(): number {
    return this.#queue.size
  }

  /** Resolves after the first attempt: true when it arrived. */
  send(parcel: Parcel): Promise<boolean> {
    if (this.#isClosed || parcel.endpoints.length === 0 || parcel.reports.length === 0) return Promise.resolve(false)
    const [oldest] = this.#queue
    if (oldest && this.#queue.size >= maxQueued) this.#drop(oldest)
    const queued: Queued = { parcel, attempts: 0, endpoints: parcel.endpoints, stop: () => {} }
    this.#queue.add(queued)
    return this.#attempt(queued)
  }

  close(): void {
    this.#isClosed = true
    for (const queued of this.#queue) this.#drop(queued)
  }

  async #attempt(queued: Queued): Promise<boolean> {
    queued.attempts++
    const [endpoint, ...others] = queued.endpoints
    const outcome = endpoint === undefined ? 'gone' : await this.#post(endpoint, queued.parcel).catch(() => 'failed' as const)
    if (!this.#queue.has(queued)) return outcome === 'done'
    if (outcome === 'gone') queued.endpoints = others
    // The next one of the group has its turn at the next attempt.
    else if (endpoint !== undefined) queued.endpoints = [...others, endpoint]
    const [{ at } = { at: 0 }] = queued.parcel.reports
    const waitMs = firstRetryMs * 2 ** (queued.attempts - 1)
    const isHopeless = queued.endpoints.length === 0 || queued.attempts >= maxAttempts || this.#options.now() + waitMs - at > maxAgeMs
    if (outcome === 'done' || isHopeless) this.#drop(queued)
    else queued.stop = this.#options.later(() => void this.#attempt(queued), waitMs)
    return outcome === 'done'
  }

  async #post(endpoint: string, { documentUrl, userAgent, reports }: Parcel): Promise<'done' | 'failed' | 'gone'> {
    const { fetch, now, cookies } = this.#options
    const origin = originOf(documentUrl)
    const isOwn = origin === new URL(endpoint).origin
    if (!isOwn && !(await this.#mayPost(endpoint, origin))) return 'failed'
    const cookie = isOwn ? cookies(endpoint) : ''
    const { status } = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/reports+json', origin, 'user-agent': userAgent, ...(cookie === '' ? {} : { cookie }) },
      body: JSON.stringify(reports.map(({ at, report }) => ({ age: Math.max(now() - at, 0), ...report }))),
      signal: AbortSignal.timeout(requestTimeoutMs),
    })
    if (status === 410) return 'gone'
    return status >= 200 && status < 300 ? 'done' : 'failed'
  }

  /** Asked before every upload, as Chromium does, which looks at these two headers and at no other. */
  async #mayPost(endpoint: string, origin: string): Promise<boolean> {
    const { status, headers } = await this.#options.fetch(endpoint, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      signal: AbortSignal.timeout(requestTimeoutMs),
    })
    const allowedOrigin = headers.get('access-control-allow-origin')
    const allowedHeaders = (headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/\s*,\s*/)
    const isAllowed = allowedOrigin === '*' || allowedOrigin === origin
    return status >= 200 && status < 300 && isAllowed && (allowedHeaders.includes('*') || allowedHeaders.includes('content-type'))
  }

  #drop(queued: Queued): void {
    queued.stop()
    this.#queue.delete(queued)
  }
}

/** As browsers name it: of a file or of a program's own scheme it is `null`. */
function originOf(url: string): string {
  const { protocol, origin } = parseUrl(url) ?? { protocol: '', origin: 'null' }
  return protocol === 'https:' || protocol === 'http:' ? origin : 'null'
}
