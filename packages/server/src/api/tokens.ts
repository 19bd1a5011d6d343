import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { LedgerToken } from '../store/database/ledger.ts'
import type { Store } from '../store/store.ts'
import { ApiProblem } from './api-error.ts'
import { callerOf, projectOf, requireWholeServer } from './caller.ts'
import { refusals } from './parameters.ts'
import { actorOf, slugsFor } from './reports.ts'
import { Token, TokenCreate, TokenCreated } from './schema.ts'
import { strictBody } from './strict-body.ts'
import { type Slugs, time, timeOrNull } from './to-report.ts'

export function tokens(store: Store): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/tokens',
      {
        config: { scope: 'administer' },
        schema: { summary: 'Tokens, without their secrets', response: { 200: Type.Object({ items: Type.Array(Token) }), ...refusals } },
      },
      async (request) => {
        const caller = callerOf(request)
        requireWholeServer(caller)
        const slugs = await slugsFor(store, caller)
        return { items: (await store.ledger.tokens()).map((token) => toToken(token, slugs)) }
      },
    )

    app.post(
      '/tokens',
      {
        config: { scope: 'administer' },
        validatorCompiler: strictBody,
        schema: {
          summary: 'New token; its secret is in this answer only',
          body: TokenCreate,
          response: { 201: TokenCreated, ...refusals },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        requireWholeServer(caller)
        const { name, scopes, projects, expiresAt } = request.body
        const beyond = scopes.find((scope) => !caller.scopes.includes(scope))
        if (beyond !== undefined)
          throw new ApiProblem('missing_scope', `A token cannot give the scope ${beyond}, which it does not have itself.`)
        const projectIds = await Promise.all((projects ?? []).map(async (slug) => (await projectOf(store.ledger, caller, slug)).id))
        const { token, secret } = await store.ledger.createToken({
          name,
          scopes: [...new Set(scopes)],
          projects: projects == null ? undefined : projectIds,
          expiresAt: expiresAt == null ? undefined : Date.parse(expiresAt),
        })
        await store.ledger.audit({ actor: actorOf(caller), action: 'create-token', target: token.id })
        return reply.code(201).send({ ...toToken(token, await slugsFor(store, caller)), secret })
      },
    )

    app.delete(
      '/tokens/:id',
      {
        config: { scope: 'administer' },
        schema: {
          summary: 'Revoke a token and its sessions',
          params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
          response: { 204: Type.Null(), ...refusals },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        requireWholeServer(caller)
        const { id } = request.params
        if (!(await store.ledger.revokeToken(id))) throw new ApiProblem('not_found', 'There is no such token.')
        await store.ledger.audit({ actor: actorOf(caller), action: 'revoke-token', target: id })
        return reply.code(204).send(null)
      },
    )
  }
}

function toToken(token: LedgerToken, slugs: Slugs): Token {
  return {
    id: token.id,
    name: token.name,
    scopes: [...token.scopes],
    projects: token.projects === undefined ? null : token.projects.flatMap((id) => slugs.get(id) ?? []),
    createdAt: time(token.createdAt),
    expiresAt: timeOrNull(token.expiresAt),
    lastUsedAt: timeOrNull(token.lastUsedAt),
    revokedAt: timeOrNull(token.revokedAt),
  }
}
