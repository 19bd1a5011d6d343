import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ledger, LedgerToken } from '../store/database/ledger.ts'
import { ApiProblem } from './api-error.ts'
import type { Caller } from './caller.ts'
import type { SessionCookie } from './session-cookie.ts'

/** Looks who asks before a body is read. Every route must say what it needs; one that does not is a mistake found at the start. */
export function authenticate(app: FastifyInstance, ledger: Ledger, cookie: SessionCookie): void {
  app.decorateRequest('caller', undefined)
  app.addHook('onRoute', (route) => {
    if (route.config?.scope === undefined)
      throw new Error(`The route ${String(route.method)} ${route.url} does not say which scope it needs.`)
  })
  app.addHook('onRequest', async (request, reply) => {
    const scope = request.routeOptions.config.scope
    if (scope === 'public' || scope === undefined) return
    const caller = (await byToken(request, ledger)) ?? (await byCookie(request, reply, cookie))
    if (caller === undefined) throw new ApiProblem('no_token')
    if (scope !== 'any' && !caller.scopes.includes(scope)) {
      throw new ApiProblem('missing_scope', `The token "${caller.name}" does not have the scope ${scope}.`)
    }
    request.caller = caller
  })
}

async function byToken(request: FastifyRequest, ledger: Ledger): Promise<Caller | undefined> {
  const header = request.headers.authorization
  if (header === undefined) return undefined
  const secret = /^Bearer +([^\s]{1,512})$/i.exec(header)?.[1]
  const token = secret === undefined ? undefined : await ledger.tokenBySecret(secret)
  if (token === undefined) throw new ApiProblem('bad_token')
  return callerFrom(token, 'token')
}

/** A cookie is sent by the browser whoever asks, so a change must come from a page of our own. */
async function byCookie(request: FastifyRequest, reply: FastifyReply, cookie: SessionCookie): Promise<Caller | undefined> {
  const token = await cookie.read(request, reply)
  if (token === undefined) return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') requireSameOrigin(request)
  return callerFrom(token, 'cookie')
}

export function requireSameOrigin(request: FastifyRequest): void {
  if (request.headers.origin !== `${request.protocol}://${request.host}`) throw new ApiProblem('bad_origin')
}

function callerFrom({ id, name, scopes, projects }: LedgerToken, by: Caller['by']): Caller {
  return { tokenId: id, name, scopes, projects, by }
}
