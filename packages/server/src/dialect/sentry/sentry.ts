/** Sentry's ingestion, as its clients use it; see docs/reference/protocols/sentry.md. */
import { inflateSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../../errors.ts'
import { isMultipart, mediaTypeOf } from '../../intake/boundary.ts'
import type { Outcome } from '../../intake/intake.ts'
import { attachUpload } from '../attach.ts'
import type { DialectContext } from '../dialect-context.ts'
import { bodyOf, parameterOf, queryOf } from '../exchange.ts'
import { readUploadOf } from '../form-upload.ts'
import { maxEventBytes, readJsonUpload } from '../json-upload.ts'
import { answerReportingApi } from '../reporting-api.ts'
import { scriptErrorFile } from '../script-error.ts'
import { keepUpload, type Served, type Service, serveProject } from '../service.ts'
import { readUnrealContainer } from '../unreal-container.ts'
import { dashedUuid, uuidAliases, uuidOfReport } from '../uuid-of-report.ts'
import { readSentryEvent } from './event.ts'
import { keepMinidump } from './minidump.ts'
import { keysOfRequest, sentryProject } from './sentry-key.ts'
import { takeEnvelope } from './take-envelope.ts'

/** What Sentry answers where our own status would be another one. */
const statuses: Partial<Record<ServerError['code'], number>> = { unknown_key: 403 }
/** Kinds of items that a full quota refuses, as the header wants them. */
const limitedCategories = 'error;default;attachment'

const service: Service = {
  name: 'sentry',
  async refuse(reply, error) {
    const text = `${error.code}: ${error.message}`
    if (error.code === 'over_quota')
      reply.header('x-sentry-rate-limits', `${error.retryAfter ?? 60}:${limitedCategories}:key:${error.code}`)
    await reply
      .code(statuses[error.code] ?? error.status)
      .header('x-sentry-error', text)
      .type('application/json')
      .send(JSON.stringify({ detail: text, causes: [] }))
  },
}

function served(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Served {
  allowOrigins(reply)
  return { request, reply, context, service }
}

/** Pages send from anywhere, unless the project lists origins: then `checkOrigin` refuses. */
function allowOrigins(reply: FastifyReply): FastifyReply {
  return reply
    .header('access-control-allow-origin', '*')
    .header('access-control-expose-headers', 'x-sentry-error, x-sentry-rate-limits, retry-after')
}

export async function answerSentryPreflight(_: FastifyRequest, reply: FastifyReply): Promise<void> {
  await allowOrigins(reply)
    .header('access-control-allow-methods', 'POST, OPTIONS')
    .header('access-control-allow-headers', 'x-sentry-auth, authorization, content-type, content-encoding, sentry-trace, baggage')
    .header('access-control-max-age', '86400')
    .code(204)
    .send()
}

/** Text with the event's id: Crashpad shows it as the report's own. */
export async function answerSentryMinidump(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const exchange = served(request, reply, context)
  await serveProject(
    exchange,
    () => sentryProject(request, context.intake),
    async (project) => {
      const { id, upload } = await readUploadOf(request, context.intake, project)
      await sendId(reply, await keepMinidump(exchange, project, { id, upload }))
    },
  )
}

export async function answerSentryUnreal(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const exchange = served(request, reply, context)
  const { intake } = context
  await serveProject(
    exchange,
    () => sentryProject(request, intake),
    async (project) => {
      const id = intake.newReportId()
      const upload = await intake.readPieces(id, bodyOf(request), project, async (body, pieces) => {
        const onDamage = () => pieces.fields.note('bad_attachment', 'The container is damaged; the files before the damage were kept.')
        for await (const { name, bytes } of readUnrealContainer(body, onDamage)) {
          const isDump = /\.u?dmp$/i.test(name)
          await pieces.addFile({ name: isDump ? 'upload_file_minidump' : name, fileName: name }, bytes)
        }
        const [user, epicAccount, machine] = (queryOf(request).get('UserID') ?? '').split('|')
        const parts = { 'user.id': user, epic_account_id: epicAccount, guid: machine }
        for (const [name, value] of Object.entries(parts)) if (value) pieces.fields.add(name, value.slice(0, 256), false)
      })
      await sendId(reply, await keepMinidump(exchange, project, { id, upload }))
    },
  )
}

export async function answerSentryEnvelope(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const exchange = served(request, reply, context)
  // The key may stand in the body's first line; then it is known when that is read.
  const early = keysOfRequest(request).length > 0
  await takeEnvelope(exchange, early ? () => sentryProject(request, context.intake) : undefined)
}

export async function answerSentryStore(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const exchange = served(request, reply, context)
  await serveProject(
    exchange,
    () => sentryProject(request, context.intake),
    async (project) => {
      const { id, upload, json } = await readJsonUpload(exchange, project, unpackStored)
      const event = readSentryEvent(json)
      const eventId = event.eventId ?? uuidOfReport(id)
      await keepUpload(
        exchange,
        project,
        { id, upload },
        {
          kind: event.kind,
          fields: event.fields,
          files: [scriptErrorFile(event.error), ...upload.files],
          aliases: uuidAliases(eventId),
          ...(event.eventId === undefined ? {} : { clientReportId: event.eventId }),
          ...(event.crashedAt === undefined ? {} : { crashedAt: event.crashedAt }),
        },
      )
      await reply
        .code(200)
        .type('application/json')
        .send(JSON.stringify({ id: eventId.replaceAll('-', '') }))
    },
  )
}

/** Older clients send base64 of zlib, newer ones plain JSON. */
function unpackStored(bytes: Buffer): Uint8Array {
  const first = bytes.find((byte) => byte > 0x20)
  if (first === 0x7b) return bytes
  try {
    return inflateSync(Buffer.from(bytes.toString('latin1'), 'base64'), { maxOutputLength: maxEventBytes })
  } catch (cause) {
    throw new ServerError('bad_event', { cause })
  }
}

export async function answerSentryAttachments(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const exchange = served(request, reply, context)
  await serveProject(
    exchange,
    () => sentryProject(request, context.intake),
    async (project) => {
      const event = dashedUuid(parameterOf(request, 'event'))
      if (event === undefined) throw new ServerError('unknown_report')
      if (!isMultipart(request.raw.headers['content-type'])) throw new ServerError('wrong_content_type')
      const { id, upload } = await readUploadOf(request, context.intake, project)
      await attachUpload(request, context, project, { id, report: event, upload, dialect: service.name })
      await reply.code(201).send()
    },
  )
}

/** Policies' violations and the like, in the form of browsers. */
export async function answerSentrySecurity(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const [key = ''] = keysOfRequest(request)
  await answerReportingApi(request, reply, context.intake, key)
}

async function sendId(reply: FastifyReply, kept: { readonly outcome: Outcome; readonly eventId: string }): Promise<void> {
  await reply.code(200).type('text/plain').send(kept.eventId)
}

export function isEnvelope(request: FastifyRequest): boolean {
  return mediaTypeOf(request.raw.headers['content-type']) === 'application/x-sentry-envelope'
}
