import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Store } from '../store/store.ts'
import { serverVersion } from '../version.ts'
import { ApiProblem } from './api-error.ts'
import { requireSameOrigin } from './authenticate.ts'
import { callerOf, visibleProjects } from './caller.ts'
import type { LoginThrottle } from './login-throttle.ts'
import { ApiError, Me } from './schema.ts'
import type { SessionCookie } from './session-cookie.ts'

export function session(store: Store, cookie: SessionCookie, throttle: LoginThrottle): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/session',
      {
        config: { scope: 'public' },
        schema: {
          summary: 'Log in: exchanges a token for the session cookie',
          body: Type.Object({ token: Type.String({ minLength: 1, maxLength: 512 }) }),
          response: { 204: Type.Null(), 401: ApiError, 403: ApiError, 429: ApiError },
        },
      },
      async (request, reply) => {
        // Else a foreign page could log its visitor in as somebody else.
        if (request.headers.origin !== undefined) requireSameOrigin(request)
        if (throttle.blocked(request.ip)) {
          reply.header('retry-after', '60')
          throw new ApiProblem('too_many_attempts')
        }
        const token = await store.ledger.tokenBySecret(request.body.token)
        if (token === undefined) {
          throttle.failed(request.ip)
          throw new ApiProblem('bad_token')
        }
        throttle.succeeded(request.ip)
        await cookie.start(request, reply, token)
        return reply.code(204).send(null)
      },
    )

    app.delete(
      '/session',
      { config: { scope: 'any' }, schema: { summary: 'Log out', response: { 204: Type.Null(), 401: ApiError } } },
      async (request, reply) => {
        await cookie.end(request, reply)
        return reply.code(204).send(null)
      },
    )

    app.get(
      '/me',
      { config: { scope: 'any' }, schema: { summary: 'Who asks, and what they may', response: { 200: Me, 401: ApiError } } },
      async (request) => {
        const caller = callerOf(request)
        const projects = caller.projects === undefined ? null : (await visibleProjects(store.ledger, caller)).map(({ slug }) => slug)
        return { name: caller.name, scopes: [...caller.scopes], projects, loggedInBy: caller.by, serverVersion }
      },
    )
  }
}
