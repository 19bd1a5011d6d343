/**
 * What sentry-cli asks of `/api/0` before and after it uploads. Organisations are not ours: any name will do. Releases are not kept as things of
 * their own: source maps and reports name them.
 */
import type { FastifyReply } from 'fastify'
import { ApiProblem } from '../../api/api-error.ts'
import type { AnsweredProblem } from '../../api/error-handler.ts'
import { type Answer, answering, type Exchange, parameterOf } from '../protocol.ts'
import { receiveText } from '../receive.ts'
import { secretOf, uploaderOf } from '../symbol-owner.ts'

/** sentry-cli prints `detail`. */
export function refuse(_: FastifyReply, { code, message }: AnsweredProblem): object {
  return { detail: message, error: message, code }
}

export function sentryAnswer(answer: Answer): Answer {
  return answering(refuse, answer)
}

export async function jsonOf({ request }: Exchange): Promise<unknown> {
  const text = await receiveText(request)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ApiProblem('bad_request', 'The body is no JSON.', { cause })
  }
}

/** `sentry-cli info` */
export const answerInfo: Answer = sentryAnswer(async ({ request, reply, context }) => {
  const caller = await uploaderOf(context.store.ledger, secretOf(request))
  const scopes = ['project:releases', 'project:write', 'org:ci']
  await reply.code(200).send({ version: '0', auth: { scopes }, user: { id: caller.tokenId, email: caller.name } })
})

/** Created, finalized, given commits and deploys: answered as done, which is all that the client waits for. */
export const answerRelease: Answer = sentryAnswer(async (exchange) => {
  const { request, reply, context } = exchange
  await uploaderOf(context.store.ledger, secretOf(request))
  const body: unknown = request.method === 'GET' ? {} : await jsonOf(exchange)
  const told = typeof body === 'object' && body !== null ? (body as { readonly version?: unknown; readonly dateReleased?: unknown }) : {}
  const version = parameterOf(exchange, 'version') || (typeof told.version === 'string' ? told.version : '')
  const now = new Date().toISOString()
  const dateReleased = typeof told.dateReleased === 'string' ? told.dateReleased : null
  await reply
    .code(request.method === 'POST' ? 201 : 200)
    .send({ version, url: null, dateCreated: now, dateReleased, lastEvent: null, newGroups: 0, projects: [] })
})

export const answerDeploy: Answer = sentryAnswer(async (exchange) => {
  const { request, reply, context } = exchange
  await uploaderOf(context.store.ledger, secretOf(request))
  const body = await jsonOf(exchange)
  const deploy = typeof body === 'object' && body !== null ? body : {}
  await reply.code(201).send({ id: '0', environment: '', ...deploy })
})

/** Lists of releases, their files, debug files: what is kept here stands on the page Symbols. */
export const answerEmptyList: Answer = sentryAnswer(async ({ request, reply, context }) => {
  await uploaderOf(context.store.ledger, secretOf(request))
  await reply.code(200).send([])
})

/** Old clients ask for it after an upload; here it happens by itself. */
export const answerNothing: Answer = sentryAnswer(async ({ request, reply, context }) => {
  await uploaderOf(context.store.ledger, secretOf(request))
  await reply.code(200).send({})
})
