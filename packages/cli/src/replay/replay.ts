/** Sends every case to a server, one after the other, and tells what each client would make of the answer. */
import type { Peer, ReplayCase } from './case.ts'
import { electronCases } from './electron-cases.ts'
import { type Answer, exchange } from './replay-exchange.ts'
import { serviceCases } from './service-cases.ts'
import { uploadCases } from './upload-cases.ts'

export interface ReplayOptions {
  readonly url: string
  /** Of the project, in Sentry's addresses. */
  readonly projectNumber: number
  /** Whether the addresses without a key are tried, too. */
  readonly keyless: boolean
  readonly timeoutMs: number
}

export interface ReplayRow {
  readonly client: string
  readonly what: string
  readonly wants: ReplayCase['wants']
  readonly status: number
  /** The beginning of the answer. */
  readonly answer: string
  readonly right: boolean
  /** What is wrong with it, from the client's side. */
  readonly why: string | undefined
}

export const allCases: readonly ReplayCase[] = [...electronCases, ...uploadCases, ...serviceCases]

const maxShown = 48

/** Rows as they come; cases for addresses that the server does not have are left out. */
export async function* replay(options: ReplayOptions, cases: readonly ReplayCase[] = allCases): AsyncGenerator<ReplayRow> {
  const peer: Peer = {
    uploadUrl: options.url,
    crashkeep: crashkeepOf(options),
    exchange: (sent) => exchange(sent, options.timeoutMs),
  }
  for (const each of cases) {
    const answering = each.send(peer)
    if (answering !== undefined) yield rowOf(each, await answering)
  }
}

function rowOf({ client, what, wants, read }: ReplayCase, answer: Answer): ReplayRow {
  const why = whyWrong(answer) ?? read(answer)
  const shown = answer.failure ?? answer.text
  return { client, what, wants, status: answer.status, answer: printable(shown).slice(0, maxShown), right: why === undefined, why }
}

/** Whatever was sent, these are never right. */
function whyWrong({ failure, status }: Answer): string | undefined {
  if (failure !== undefined) return failure
  return status >= 500 ? `the server failed with status ${status}` : undefined
}

/** `/i/KEY` is Crashkeep's own address of a project. */
function crashkeepOf({ url, projectNumber, keyless }: ReplayOptions): Peer['crashkeep'] {
  const { origin, pathname } = new URL(url)
  const key = /^\/i\/([0-9a-f]{32})\/?$/.exec(pathname)?.[1]
  return key === undefined ? undefined : { origin, key, projectNumber, keyless }
}

/** What a stranger's server says must not move the cursor of a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e\u00a1-\uffff]+/g, ' ').trim()
}
