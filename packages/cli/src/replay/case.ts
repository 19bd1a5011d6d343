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
