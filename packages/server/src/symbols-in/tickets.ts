import type { SymbolOwner } from './symbol-owner.ts'

/** What may be put at an address that was handed out. */
export interface Ticket {
  readonly owner: SymbolOwner
  readonly name: string
  readonly release: string
  /** Under which the file waits until it is asked for. */
  readonly key: string
  /** Nobody will say that it is complete. */
  readonly whole: boolean
}

const lifetimeMs = 60 * 60_000
/** Clients ask for one address per file, a few at a time. */
const maxTickets = 10_000

/** Addresses are random, good for an hour and for one file, and for this process only. */
export class Tickets {
  readonly #clock: () => number
  readonly #tickets = new Map<string, Ticket & { readonly until: number }>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  set(token: string, ticket: Ticket): void {
    this.#tickets.set(token, { ...ticket, until: this.#clock() + lifetimeMs })
    // In the order in which they were handed out.
    for (const [oldest, { until }] of this.#tickets) {
      if (this.#tickets.size <= maxTickets && until > this.#clock()) break
      this.#tickets.delete(oldest)
    }
  }

  take(token: string): Ticket | undefined {
    const ticket = this.#tickets.get(token)
    this.#tickets.delete(token)
    return ticket !== undefined && ticket.until > this.#clock() ? ticket : undefined
  }
}
