import type {} from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ledger, LedgerToken } from '../store/database/ledger.ts'

/** A person who comes back every working day stays logged in; a forgotten browser does not. */
const lifetimeMs = 7 * 24 * 3600 * 1000
/** After this time in use a session gets a new secret, so that a stolen one is of use for an hour where its owner is still there. */
const rotateAfterMs = 3600 * 1000
/** A page has several requests under way with the old secret when it is replaced. */
const graceMs = 60_000

const name = 'crashkeep_session'

/** The cookie of the pages: `secret.time`, the time being when this secret was given; it only decides when to give the next. */
export class SessionCookie {
  readonly #ledger: Ledger
  readonly #now: () => number
  readonly #replaced = new Map<string, NodeJS.Timeout>()

  constructor(ledger: Ledger, now: () => number) {
    this.#ledger = ledger
    this.#now = now
  }

  async start(request: FastifyRequest, reply: FastifyReply, token: LedgerToken): Promise<void> {
    const { secret, expiresAt } = await this.#ledger.createSession(token.id, lifetimeMs)
    reply.setCookie(name, `${secret}.${this.#now().toString(36)}`, { ...options(request), expires: new Date(expiresAt) })
  }

  async read(request: FastifyRequest, reply: FastifyReply): Promise<LedgerToken | undefined> {
    const { secret, givenAt } = parse(request.cookies[name])
    if (secret === undefined) return undefined
    const token = await this.#ledger.tokenBySession(secret)
    if (token !== undefined && this.#now() - givenAt > rotateAfterMs && !this.#replaced.has(secret)) {
      const timer = setTimeout(() => void this.#end(secret), graceMs)
      timer.unref()
      this.#replaced.set(secret, timer)
      await this.start(request, reply, token)
    }
    return token
  }

  async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { secret } = parse(request.cookies[name])
    if (secret !== undefined) await this.#ledger.revokeSession(secret)
    reply.clearCookie(name, options(request))
  }

  /** Secrets that were replaced and still had their minute end now. */
  async close(): Promise<void> {
    await Promise.all([...this.#replaced.keys()].map((secret) => this.#end(secret)))
  }

  async #end(secret: string): Promise<void> {
    clearTimeout(this.#replaced.get(secret))
    await this.#ledger.revokeSession(secret).catch(() => undefined)
    this.#replaced.delete(secret)
  }
}

function options(request: FastifyRequest): { httpOnly: true; sameSite: 'strict'; path: '/'; secure: boolean } {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure: request.protocol === 'https' }
}

/** A time that is missing or in the future counts as long ago. */
function parse(value: string | undefined): { secret: string | undefined; givenAt: number } {
  const match = /^([\w-]{16,512})\.([0-9a-z]{1,12})$/.exec(value ?? '')
  return { secret: match?.[1], givenAt: match?.[2] === undefined ? 0 : Number.parseInt(match[2], 36) }
}
