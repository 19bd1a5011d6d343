/** Small servers that Electron's pages and others named, by their answers: each takes what Crashpad sends, at an address without a key. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'
import type { DialectContext } from './dialect-context.ts'
import { letGo } from './exchange.ts'
import type { FormDialect } from './form-upload.ts'
import { takeKeyless } from './keyless-upload.ts'

type Answer = (request: FastifyRequest, reply: FastifyReply, context: DialectContext) => Promise<void>

interface SmallServer {
  readonly name: string
  readonly contentType: string
  body(id: string): string
}

/** Status 200 and the bare id, as HTML. */
export const answerMiniBreakpad: Answer = answerAs({ name: 'mini-breakpad', contentType: 'text/html', body: (id) => id })
/** The record as JSON; its id is ours, not a number. */
export const answerSimpleBreakpad: Answer = answerAs({
  name: 'simple-breakpad',
  contentType: 'application/json',
  body: (id) => JSON.stringify({ id }),
})
/** The id of the record. */
export const answerElectronCrashReportServer: Answer = answerAs({
  name: 'electron-crash-report-server',
  contentType: 'text/plain',
  body: (id) => id,
})

function answerAs({ name, contentType, body }: SmallServer): Answer {
  const dialect: FormDialect = { name, aliases: () => [] }
  return async (request, reply, context) => {
    const taken = await takeKeyless(request, context, dialect)
    if (taken instanceof ServerError) {
      if (taken.retryAfter !== undefined) reply.header('retry-after', taken.retryAfter)
      await reply.code(taken.status).type('text/plain').send(`${taken.code}: ${taken.message}`)
      letGo(request, context.intake.limits.lingerMs)
      return
    }
    const dropped = taken.kind === 'dropped'
    await reply
      .code(200)
      .type(dropped ? 'text/plain' : contentType)
      .send(dropped ? `Discarded=${taken.reason}` : body(taken.id))
  }
}
