/** Bugsnag's notify, sessions and minidumps, as its clients use them; see docs/reference/protocols/bugsnag.md. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../../errors.ts'
import type { LedgerProject } from '../../store/database/ledger.ts'
import type { DialectContext } from '../dialect-context.ts'
import { countDrop, queryOf } from '../exchange.ts'
import { isMinidump, readForm } from '../form-upload.ts'
import { jsonOfFile, readJsonUpload } from '../json-upload.ts'
import { at, listOf, parseJson } from '../json-value.ts'
import { bytesFile, scriptErrorFile } from '../script-error.ts'
import { keepUpload, type Served, type Service, serveProject } from '../service.ts'
import { uuidAliases, uuidOfReport } from '../uuid-of-report.ts'
import { readBugsnagEvent } from './event.ts'
import { sessionOfEvent, startedSessions } from './session.ts'

/** Its clients give up at 4xx and try again at 5xx. */
const statuses: Partial<Record<ServerError['code'], number>> = { unknown_key: 401, no_key: 400 }
/** Clients send one event; its format allows more. */
const maxEvents = 20
const allowedHeaders = 'content-type, bugsnag-api-key, bugsnag-payload-version, bugsnag-sent-at, bugsnag-integrity'

const service: Service = {
  name: 'bugsnag',
  async refuse(reply, error) {
    await reply
      .code(statuses[error.code] ?? error.status)
      .type('text/plain')
      .send(`${error.code}: ${error.message}`)
  },
}

function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  work: (project: LedgerProject, served: Served) => Promise<void>,
): Promise<void> {
  const served: Served = { request, reply: reply.header('access-control-allow-origin', '*'), context, service }
  return serveProject(
    served,
    async () => context.intake.projectByKey(apiKeyOf(request)),
    (project) => work(project, served),
  )
}

export function isBugsnag(request: FastifyRequest): boolean {
  return request.raw.headers['bugsnag-api-key'] !== undefined
}

function apiKeyOf(request: FastifyRequest): string {
  const header = request.raw.headers['bugsnag-api-key']
  const key = queryOf(request).get('api_key') ?? (typeof header === 'string' ? header : undefined) ?? queryOf(request).get('apiKey')
  if (key === null || key === undefined || key === '') throw new ServerError('no_key')
  return key.toLowerCase()
}

export async function answerBugsnagPreflight(_: FastifyRequest, reply: FastifyReply): Promise<void> {
  await reply
    .header('access-control-allow-origin', '*')
    .header('access-control-allow-headers', allowedHeaders)
    .header('access-control-allow-methods', 'POST, OPTIONS')
    .header('access-control-max-age', '86400')
    .code(204)
    .send()
}

export async function answerBugsnagNotify(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  await serve(request, reply, context, async (project, served) => {
    const { intake } = context
    const first = await readJsonUpload(served, project)
    const events = listOf(at(first.json, 'events'))
    if (events.length === 0) {
      await first.upload.discard()
      throw new ServerError('bad_event')
    }
    for (const event of events.slice(0, maxEvents)) {
      const told = sessionOfEvent(event, intake.now())
      if (told !== undefined) intake.sessions(project, told)
    }
    let eventId: string | undefined
    for (const [i, json] of events.slice(0, maxEvents).entries()) {
      const id = i === 0 ? first.id : intake.newReportId()
      const alias = uuidOfReport(id)
      eventId ??= alias
      const event = readBugsnagEvent(json)
      const files = [scriptErrorFile(event.error)]
      const kept = {
        kind: event.kind,
        fields: event.fields,
        aliases: uuidAliases(alias),
        ...(event.crashedAt === undefined ? {} : { crashedAt: event.crashedAt }),
      }
      if (i === 0) await keepUpload(served, project, first, { ...kept, files: [...files, ...first.upload.files] })
      else {
        const text = Buffer.from(JSON.stringify({ events: [json] }), 'utf8')
        const upload = { ...first.upload, release: () => undefined, discard: async () => undefined }
        await keepUpload(
          served,
          project,
          { id, upload },
          { ...kept, files: [...files, bytesFile('event', text, 'application/json')], problems: [] },
        )
      }
    }
    await accepted(reply, eventId)
  })
}

export async function answerBugsnagMinidump(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  await serve(request, reply, context, async (project, served) => {
    const { id, upload } = await readForm(request, context.intake, project)
    if (!upload.files.some(isMinidump)) {
      await upload.discard()
      throw new ServerError('no_dump')
    }
    const fields = new Map(upload.fields)
    const text = fields.get('event')
    fields.delete('event')
    const sent = upload.files.find(({ name }) => name === 'event')
    const payload =
      text === undefined ? (sent === undefined ? undefined : await jsonOfFile(upload, sent).catch(() => undefined)) : parsed(text)
    const [json] = listOf(at(payload, 'events'))
    const event = readBugsnagEvent(json)
    const eventFile = text === undefined ? [] : [bytesFile('event', Buffer.from(text, 'utf8'), 'application/json')]
    const alias = uuidOfReport(id)
    await keepUpload(
      served,
      project,
      { id, upload },
      {
        kind: 'minidump',
        fields: new Map([...event.fields, ...fields]),
        files: [...upload.files, ...eventFile],
        aliases: uuidAliases(alias),
        ...(text !== undefined && payload === undefined
          ? { problems: [...upload.problems, { code: 'unreadable_field', message: 'The field "event" is not JSON.' }] }
          : {}),
      },
    )
    await accepted(reply, alias)
  })
}

/** Counted for the project's crash-free rate. */
export async function answerBugsnagSessions(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  await serve(request, reply, context, async (project, served) => {
    const { intake } = context
    const { upload, json } = await readJsonUpload(served, project)
    await upload.discard()
    const told = startedSessions(json, intake.now())
    for (const each of told) intake.sessions(project, each)
    if (told.length === 0)
      countDrop(request, intake, { dialect: service.name, projectId: project.id, reason: 'session', detail: 'sessions' })
    await accepted(reply, undefined)
  })
}

async function accepted(reply: FastifyReply, eventId: string | undefined): Promise<void> {
  if (eventId !== undefined) reply.header('bugsnag-event-id', eventId)
  await reply.code(202).type('text/plain').send('Accepted')
}

function parsed(text: string): unknown {
  try {
    return parseJson(Buffer.from(text, 'utf8'))
  } catch {
    return undefined
  }
}
