/** A token has more than 128 random bits; this limit is against noise in the log and load on the database, not against guessing. */
const maxFailures = 10
const windowMs = 60_000
/** Addresses remembered; beyond, the oldest is forgotten. */
const maxAddresses = 10_000

/** Failed logins per address within a minute. */
export class LoginThrottle {
  readonly #failures = new Map<string, { count: number; since: number }>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  blocked(address: string): boolean {
    const entry = this.#failures.get(address)
    return entry !== undefined && this.#now() - entry.since < windowMs && entry.count >= maxFailures
  }

  failed(address: string): void {
    const now = this.#now()
    const entry = this.#failures.get(address)
    if (entry !== undefined && now - entry.since < windowMs) {
      entry.count += 1
      return
    }
    this.#failures.delete(address)
    this.#failures.set(address, { count: 1, since: now })
    if (this.#failures.size > maxAddresses) {
      const oldest = this.#failures.keys().next().value
      if (oldest !== undefined) this.#failures.delete(oldest)
    }
  }

  succeeded(address: string): void {
    this.#failures.delete(address)
  }
}
