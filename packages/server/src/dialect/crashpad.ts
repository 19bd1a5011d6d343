/**
 * Crashpad and Breakpad: multipart in, a bare id out. Crashpad on Linux takes only status 200 for success and the whole body for the id;
 * Breakpad wants hexadecimal digits first; old Windows clients cut at a comma or line break. See docs/reference/protocols/crashpad.md.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Intake } from '../intake/intake.ts'
import { attachUpload, openReport } from './attach.ts'
import type { DialectContext } from './dialect-context.ts'
import { asServerError, countRefusal, keyOf, letGo, parameterOf, queryOf } from './exchange.ts'
import { type FormDialect, readUploadOf, takeForm } from './form-upload.ts'
import { type Service, serveProject } from './service.ts'

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

/** Files for a report that came before, under its full id; see attach.ts for the bounds. */
export async function answerAttachments(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const { intake } = context
  await serveProject(
    { request, reply, context, service },
    () => intake.projectByKey(keyOf(request)),
    async (project) => {
      const report = parameterOf(request, 'report')
      // Before a body of 200 MiB is read.
      await openReport(context, project, report)
      const name = queryOf(request).get('name')?.slice(0, intake.limits.nameLength) || 'attachment'
      const { id, upload } = await readUploadOf(request, intake, project, { name, fileName: name })
      const { keptFiles } = await attachUpload(request, context, project, { id, report, upload, dialect: dialect.name })
      await reply
        .code(200)
        .type('application/json')
        .send(JSON.stringify({ report, files: keptFiles }))
    },
  )
}

const service: Service = {
  name: dialect.name,
  async refuse(reply, error) {
    await reply.code(error.status).type('text/plain').send(`${error.code}: ${error.message}`)
  },
}
