import { maxRemoteIdBytes } from '../limits.ts'

/** What one try came to. */
export type Outcome =
  | { readonly kind: 'delivered'; readonly remoteId: string }
  /** To be tried again, not before `retryAfterMs` when the server named a time. */
  | { readonly kind: 'failed'; readonly message: string; readonly retryAfterMs?: number }
  /** The server will not take it, however often it is asked. */
  | { readonly kind: 'refused'; readonly message: string }

export interface HttpAnswer {
  readonly status: number
  readonly body: string
  readonly retryAfter?: string
}

const shownBytes = 200

export function outcomeOf(answer: HttpAnswer, now: number = Date.now()): Outcome {
  const { status } = answer
  if (status >= 200 && status < 300)
    return isPage(answer.body) ? strangePage(status) : { kind: 'delivered', remoteId: remoteIdOf(answer.body) }
  const message = `The server answered ${status}${shown(answer.body)}.`
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { kind: 'refused', message }
  const retryAfterMs = parseRetryAfter(answer.retryAfter, now)
  return { kind: 'failed', message, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

/** The network of a hotel or an airport answers every address with its log-in page and status 200. */
function isPage(body: string): boolean {
  return /^\s*<(!doctype|html|head|\?xml)\b/i.test(body)
}

function strangePage(status: number): Outcome {
  return { kind: 'failed', message: `The answer is ${status} and a web page, so another than the crash server gave it.` }
}

/** Crashpad keeps the answer as it is; a final line break is no part of anybody's id. */
function remoteIdOf(body: string): string {
  return Buffer.from(body.trim()).subarray(0, maxRemoteIdBytes).toString()
}

function shown(body: string): string {
  const line = (body.trim().split(/[\r\n]/, 1)[0] ?? '').slice(0, shownBytes)
  return line === '' || isPage(body) ? '' : `: ${line.replace(/\.$/, '')}`
}

/** Seconds, or a date. */
export function parseRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
