import { parseUrl } from '../parse-url.ts'
import type { BrowserReport, ReportBody } from '../report/crash-report.ts'
import { Delivery, type Fetch } from './delivery.ts'
import { type DocumentEndpoints, documentEndpoints, type ResponseHeaders } from './document-endpoints.ts'

export interface AgentOptions {
  /** For documents that cannot name one, as of files and of a program's own schemes; documents from https name their own or get none. */
  readonly endpoint?: string | undefined
  readonly userAgent?: string
  readonly fetch?: Fetch
  readonly cookies?: (url: string) => string
  readonly now?: () => number
  readonly later?: (step: () => void, ms: number) => () => void
}

/** A document that was loaded, until `documentClosed` or another one under the same id. */
export interface LoadedDocument {
  readonly url: string
  readonly headers?: ResponseHeaders
  readonly userAgent?: string
  /** Not embedded in another process's document. */
  readonly isTopLevel?: boolean
}

export interface Death {
  /** Nothing for an ordinary crash. */
  readonly reason?: string | undefined
  readonly stack?: string | undefined
  readonly isVisible?: boolean | undefined
  readonly context?: Readonly<Record<string, string>> | undefined
}

/** What a page without the policy sends instead of its stack. */
const notOptedIn = 'Website owner has not opted in for JS call stacks in crash reports.'

interface Known extends LoadedDocument {
  readonly endpoints: DocumentEndpoints
}

/** The Reporting API's crash reports, made by the program around a web engine. Ids are the caller's own. */
export class Agent {
  readonly #options: AgentOptions
  readonly #delivery: Delivery
  readonly #documents = new Map<string | number, Known>()
  readonly #now: () => number

  constructor(options: AgentOptions = {}) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#delivery = new Delivery({
      fetch: options.fetch ?? fetch,
      now: this.#now,
      later: options.later ?? startTimer,
      cookies: options.cookies ?? (() => ''),
    })
  }

  /** A document's endpoints are its response's alone, and are forgotten with it. */
  documentLoaded(id: string | number, document: LoadedDocument): void {
    const own = documentEndpoints(document.url, document.headers ?? {})
    const { endpoint } = this.#options
    const isWeb = /^https?:/i.test(document.url)
    this.#documents.set(id, { ...document, endpoints: isWeb || endpoint === undefined ? own : { ...own, crashes: [endpoint] } })
  }

  documentClosed(id: string | number): void {
    this.#documents.delete(id)
  }

  /** Resolves after the first attempt: true when the report arrived. A document that nobody told of, or that has no endpoint, has no report. */
  documentDied(id: string | number, death: Death = {}): Promise<boolean> {
    const document = this.#documents.get(id)
    if (!document) return Promise.resolve(false)
    const { endpoints, isTopLevel = true, url } = document
    const { reason, stack, isVisible = true, context = {} } = death
    const shown = reason === 'unresponsive' ? (endpoints.sendsStacks || !/^https?:/i.test(url) ? stack : notOptedIn) : undefined
    return this.#send(endpoints.crashes, document, {
      crash_report_api: context,
      is_top_level: isTopLevel,
      ...(reason === undefined ? {} : { reason }),
      ...(shown === undefined ? {} : { stack: shown }),
      visibility_state: isVisible ? 'visible' : 'hidden',
    })
  }

  /** A process without a document, as of the GPU, under the program's own name. */
  processDied(name: string, death: Death): Promise<boolean> {
    const { endpoint } = this.#options
    const { reason, context = {} } = death
    return this.#send(
      endpoint === undefined ? [] : [endpoint],
      { url: `process:${name}` },
      {
        crash_report_api: context,
        is_top_level: false,
        ...(reason === undefined ? {} : { reason }),
        visibility_state: 'hidden',
      },
    )
  }

  /** Reports that are still to be tried again. */
  get queued(): number {
    return this.#delivery.queued
  }

  close(): void {
    this.#documents.clear()
    this.#delivery.close()
  }

  #send(
    endpoints: readonly string[],
    { url, userAgent = this.#options.userAgent ?? '' }: LoadedDocument,
    body: ReportBody,
  ): Promise<boolean> {
    const report: Omit<BrowserReport, 'age'> = { body, type: 'crash', url: withoutSecrets(url), user_agent: userAgent }
    return this.#delivery.send({ endpoints, documentUrl: url, userAgent, reports: [{ at: this.#now(), report }] })
  }
}

/** User, password and fragment never leave; the query does, as from a browser. */
function withoutSecrets(address: string): string {
  const url = parseUrl(address)
  if (!url) return address
  url.hash = ''
  url.username = ''
  url.password = ''
  return url.href
}

function startTimer(step: () => void, ms: number): () => void {
  const timer: unknown = setTimeout(step, ms)
  // Of Node.js: a queue of reports keeps no program from ending.
  if (timer instanceof Object && 'unref' in timer && typeof timer.unref === 'function') timer.unref()
  return () => clearTimeout(Number(timer))
}
