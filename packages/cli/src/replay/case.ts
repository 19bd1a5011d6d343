import { formType } from './bodies.ts'
import type { ReadAnswer } from './clients.ts'
import type { Answer, Sent } from './replay-exchange.ts'

export interface Crashkeep {
  readonly origin: string
  readonly key: string
  /** In Sentry's addresses. */
  readonly projectNumber: number
  readonly keyless: boolean
}

/** The server that is tried. */
export interface Peer {
  /** Where crash handlers are told to upload. */
  readonly uploadUrl: string
  /** Set where the address is one of Crashkeep's own: then other services' addresses beside it are tried, too. */
  readonly crashkeep:
    | { readonly origin: string; readonly key: string; readonly projectNumber: number; readonly keyless: boolean }
    | undefined
  exchange(sent: Sent): Promise<Answer>
}

export interface ReplayCase {
  readonly client: string
  /** What is sent, in a few words. */
  readonly what: string
  /** `kept`: the client should be content; `refused`: the server should say no in order; `counted`: taken, and no report is made of it. */
  readonly wants: 'kept' | 'refused' | 'counted'
  readonly read: ReadAnswer
  /** undefined: this server has no such address. */
  send(peer: Peer): Promise<Answer> | undefined
}

/** A request to an address that only Crashkeep has. */
export function ours(peer: Peer, make: (crashkeep: Crashkeep) => Sent): Promise<Answer> | undefined {
  return peer.crashkeep === undefined ? undefined : peer.exchange(make(peer.crashkeep))
}

export function withQuery(url: string, query: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}

export const formHeaders: Readonly<Record<string, string>> = { 'content-type': formType() }
/** Nobody's. */
export const wrongKey: string = 'f'.repeat(32)

export function at(
  client: string,
  what: string,
  wants: ReplayCase['wants'],
  read: ReadAnswer,
  sent: (crashkeep: Crashkeep) => Sent,
): ReplayCase {
  return { client, what, wants, read, send: (peer) => ours(peer, sent) }
}

export function keyless(client: string, what: string, read: ReadAnswer, sent: (crashkeep: Crashkeep) => Sent): ReplayCase {
  return { client, what, wants: 'kept', read, send: (peer) => (peer.crashkeep?.keyless === true ? ours(peer, sent) : undefined) }
}

/** Exchanges of which each needs an answer before it. */
export function afterwards(
  client: string,
  what: string,
  read: ReadAnswer,
  begin: (crashkeep: Crashkeep) => Sent,
  ...next: readonly ((crashkeep: Crashkeep, answer: Answer, first: Answer) => Sent)[]
): ReplayCase {
  const all = async (peer: Peer, crashkeep: Crashkeep) => {
    const first = await peer.exchange(begin(crashkeep))
    let answer = first
    for (const each of next) answer = await peer.exchange(each(crashkeep, answer, first))
    return answer
  }
  return { client, what, wants: 'kept', read, send: (peer) => (peer.crashkeep === undefined ? undefined : all(peer, peer.crashkeep)) }
}
