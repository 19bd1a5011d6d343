/** As mini-breakpad-server answers: status 200, the bare id, text/html. See docs/reference/protocols/mini-breakpad.md. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DialectContext } from './dialect-context.ts'
import { letGo } from './exchange.ts'
import type { FormDialect } from './form-upload.ts'
import { takeKeyless } from './keyless-upload.ts'

const dialect: FormDialect = { name: 'mini-breakpad', aliases: () => [] }

export async function answerMiniBreakpad(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const taken = await takeKeyless(request, context, dialect)
  if ('kind' in taken) {
    await reply
      .code(200)
      .type('text/html')
      .send(taken.kind === 'kept' ? taken.id : `Discarded=${taken.reason}`)
    return
  }
  if (taken.retryAfter !== undefined) reply.header('retry-after', taken.retryAfter)
  await reply.code(taken.status).type('text/plain').send(`${taken.code}: ${taken.message}`)
  letGo(request, context.intake.limits.lingerMs)
}
