/**
 * Crashpad and Breakpad: multipart in, a bare id out. Crashpad on Linux takes only status 200 for success and the whole body for the id;
 * Breakpad wants hexadecimal digits first; old Windows clients cut at a comma or line break. See docs/reference/protocols/crashpad.md.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Intake } from '../intake/intake.ts'
import { asServerError, countRefusal, letGo } from './exchange.ts'
import { type FormDialect, takeForm } from './form-upload.ts'

const dialect: FormDialect = { name: 'crashpad', aliases: () => [] }

export async function answerCrashpad(request: FastifyRequest, reply: FastifyReply, intake: Intake, key: string): Promise<void> {
  let projectId: number | undefined
  try {
    const project = await intake.projectByKey(key)
    projectId = project.id
    const outcome = await takeForm(request, intake, project, dialect)
    await reply
      .code(200)
      .type('text/plain')
      .send(outcome.kind === 'kept' ? outcome.id : `Discarded=${outcome.reason}`)
  } catch (cause) {
    const error = asServerError(cause, request)
    countRefusal(request, intake, { dialect: dialect.name, projectId, error })
    if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
    await reply.code(error.status).type('text/plain').send(`${error.code}: ${error.message}`)
    letGo(request, intake.limits.lingerMs)
  }
}
