/** What mini-breakpad-server has beside its upload: the page of a report, and symbols by webhook. See docs/reference/protocols/mini-breakpad.md. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'
import type { DialectContext } from './dialect-context.ts'
import { asServerError, countRefusal, letGo, parameterOf } from './exchange.ts'

const name = 'mini-breakpad'
/** GitHub's `ping` and its release events are JSON; symbols never are. */
const jsonType = /^application\/(?:json|x-www-form-urlencoded)\b/i

/** Our page shows it, to who may see it; here nothing is said about whether the report exists. */
export async function answerView(request: FastifyRequest, reply: FastifyReply, { keyless }: DialectContext): Promise<void> {
  const id = parameterOf(request, 'id')
  if (keyless === undefined || !/^[0-9A-Za-z-]{8,80}$/.test(id)) {
    await reply.code(404).type('text/plain').send('There is no such report.')
    return
  }
  await reply.redirect(`/p/${keyless.project}/r/${id}`, 302)
}

export async function answerWebhook(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const { intake, keyless, webhook } = context
  try {
    if (webhook === undefined || keyless === undefined) throw new ServerError('unknown_upload', { detail: 'no secret is set' })
    const { headers } = request.raw
    const signature = headers['x-hub-signature-256']
    const project = await intake.projectBySlug(keyless.project)
    const json = jsonType.test(headers['content-type'] ?? '')
    const names = await webhook.receive(project, request.raw, typeof signature === 'string' ? signature : undefined, json)
    const text = json
      ? 'Signed, and left alone: files that a payload names are not fetched. Post the symbols themselves.'
      : names.join('\n')
    await reply
      .code(json ? 202 : 200)
      .type('text/plain')
      .send(`${text}\n`)
  } catch (cause) {
    const error = asServerError(cause, request)
    countRefusal(request, intake, { dialect: name, projectId: undefined, error })
    if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
    await reply.code(error.status).type('text/plain').send(`${error.code}: ${error.message}`)
    letGo(request, intake.limits.lingerMs)
  }
}
