/** Every route of every dialect, in one table; `registerDialects` reads it, and so does the test that none hides another. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'
import { mediaTypeOf } from '../intake/boundary.ts'
import { answerCrashpad } from './crashpad.ts'
import type { DialectContext } from './dialect-context.ts'
import { keyOf } from './exchange.ts'
import { answerMiniBreakpad } from './mini-breakpad.ts'
import { answerPreflight, answerReportingApi, isReportingApi } from './reporting-api.ts'
import { answerSocorro } from './socorro.ts'

export interface DialectRoute {
  readonly method: 'GET' | 'POST' | 'OPTIONS'
  readonly url: string
  /** Exists only with a keyless project. */
  readonly needsKeyless: boolean
  readonly answer: (request: FastifyRequest, reply: FastifyReply, context: DialectContext) => Promise<void>
}

export const dialectRoutes: readonly DialectRoute[] = [
  { method: 'POST', url: '/i/:key', needsKeyless: false, answer: answerIngest },
  { method: 'OPTIONS', url: '/i/:key', needsKeyless: false, answer: answerPreflight },
  { method: 'GET', url: '/i/:key', needsKeyless: false, answer: answerWrongMethod },
  { method: 'POST', url: '/submit', needsKeyless: true, answer: answerSocorro },
  { method: 'POST', url: '/post', needsKeyless: true, answer: answerMiniBreakpad },
]

/** The one address of a project: browsers and crash handlers are told apart by their content type. */
async function answerIngest(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const key = keyOf(request)
  if (isReportingApi(mediaTypeOf(request.raw.headers['content-type']))) return answerReportingApi(request, reply, context.intake, key)
  return answerCrashpad(request, reply, context.intake, key)
}

async function answerWrongMethod(_: FastifyRequest, reply: FastifyReply): Promise<void> {
  const error = new ServerError('method_not_allowed')
  await reply.code(error.status).header('allow', 'POST, OPTIONS').type('text/plain').send(`${error.code}: ${error.message}`)
}
