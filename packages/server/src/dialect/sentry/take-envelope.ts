/** One envelope: at most one report, of its event and its dump, and files for an event that came before. */
import { Readable } from 'node:stream'
import { ServerError } from '../../errors.ts'
import type { BodySource } from '../../intake/body.ts'
import type { OpenedBody } from '../../intake/intake.ts'
import type { Upload } from '../../intake/multipart.ts'
import type { Pieces } from '../../intake/piece-upload.ts'
import type { LedgerProject } from '../../store/database/ledger.ts'
import { attachUpload } from '../attach.ts'
import { ByteReader } from '../byte-reader.ts'
import { bodyOf, countDrop } from '../exchange.ts'
import { isMinidump } from '../form-upload.ts'
import { jsonOfFile } from '../json-upload.ts'
import { at, parseJson, textOf } from '../json-value.ts'
import { scriptErrorFile } from '../script-error.ts'
import { keepUpload, type Served, serveProject } from '../service.ts'
import type { SubmittedFile } from '../submission.ts'
import { dashedUuid, uuidAliases, uuidOfReport } from '../uuid-of-report.ts'
import { type EnvelopeItem, maxHeaderBytes, readEnvelopeHeader, readEnvelopeItems } from './envelope.ts'
import { readSentryEvent } from './event.ts'
import { eventOfFeedback, fieldsOfFeedback, isOpen, keepFeedback } from './feedback.ts'
import { keepMinidump } from './minidump.ts'
import { sentryProject } from './sentry-key.ts'
import { sessionsOf } from './session.ts'

/** Items that are counted under a reason of their own; all that are not listed here or kept count as `not_a_crash`. */
const countedItems: ReadonlyMap<string, 'session' | 'client_report'> = new Map([
  ['session', 'session'],
  ['sessions', 'session'],
  ['client_report', 'client_report'],
])
const feedbackItems = new Set(['user_report', 'feedback'])

/** A session is 300 bytes; a server's aggregates of an hour are some ten thousand. */
const maxSessionBytes = 256 * 1024
/** A name, an address and what somebody wrote; a client sends one of them. */
const maxFeedbackBytes = 64 * 1024
const maxFeedback = 8

interface Taken {
  eventId: string | undefined
  event: SubmittedFile | undefined
  /** What users said. */
  readonly feedback: unknown[]
}

/** Without `findProject` the key is in the envelope's header. */
export async function takeEnvelope(served: Served, findProject: (() => Promise<LedgerProject>) | undefined): Promise<void> {
  const { request, context } = served
  if (findProject !== undefined) return takeFrom(served, findProject, async () => bodyOf(request))
  const { limits } = context.intake
  const opened: { body?: OpenedBody; line?: Buffer; reader?: ByteReader } = {}
  try {
    await takeFrom(
      served,
      async () => {
        const body = context.intake.openBody(bodyOf(request), limits.uploadBytes)
        const reader = new ByteReader(body.bytes)
        Object.assign(opened, { body, reader })
        const line = await reader.line(maxHeaderBytes)
        Object.assign(opened, { line })
        return sentryProject(request, context.intake, dsnOf(line))
      },
      async () => ({ stream: Readable.from(again(opened), { objectMode: false }), contentEncoding: undefined, contentLength: undefined }),
    )
  } finally {
    opened.body?.close()
  }
}

/** The body from its first line on. */
async function* again({ line, reader }: { line?: Buffer; reader?: ByteReader }): AsyncGenerator<Uint8Array> {
  if (line !== undefined) yield Buffer.concat([line, Buffer.from('\n')])
  if (reader !== undefined) yield* reader.rest()
}

function dsnOf(line: Uint8Array | undefined): string | undefined {
  try {
    return line === undefined ? undefined : textOf(at(parseJson(line), 'dsn'))
  } catch {
    return undefined
  }
}

async function takeFrom(served: Served, findProject: () => Promise<LedgerProject>, source: () => Promise<BodySource>): Promise<void> {
  const { reply, context } = served
  await serveProject(served, findProject, async (project) => {
    const id = context.intake.newReportId()
    const taken: Taken = { eventId: undefined, event: undefined, feedback: [] }
    const upload = await readEnvelope(served, project, { id, source: await source() }, taken)
    const answered = upload === undefined ? taken.eventId : await keep(served, project, { id, upload }, taken)
    await reply
      .code(200)
      .type('application/json')
      .send(JSON.stringify(answered === undefined ? {} : { id: answered.replaceAll('-', '') }))
  })
}

/** undefined: nothing in it is kept. */
async function readEnvelope(
  served: Served,
  project: LedgerProject,
  { id, source }: { readonly id: string; readonly source: BodySource },
  taken: Taken,
): Promise<Upload | undefined> {
  let [items, kept] = [0, 0]
  try {
    return await served.context.intake.readPieces(id, source, project, async (body, pieces) => {
      const reader = new ByteReader(body)
      const header = await readEnvelopeHeader(reader)
      taken.eventId = dashedUuid(header.eventId)
      const onDamage = (message: string) => pieces.fields.note('damaged_envelope', message)
      for await (const item of readEnvelopeItems(reader, onDamage)) {
        items += 1
        if (await takeItem(item, pieces, taken)) kept += 1
        else if (!(await countSessions(served, project, item))) countItem(served, project, item)
      }
      if (reader.brokeOff) onDamage('The last item is shorter than its header says.')
    })
  } catch (error) {
    // An envelope of sessions only: nothing to keep, and nothing wrong.
    if (items > 0 && kept === 0 && error instanceof ServerError && error.code === 'empty_body') return undefined
    throw error
  }
}

async function takeItem(
  { type, attachmentType, fileName, contentType, payload }: EnvelopeItem,
  pieces: Pieces,
  taken: Taken,
): Promise<boolean> {
  if (type === 'event') {
    const file = await pieces.addFile({ name: 'event', contentType: 'application/json' }, payload)
    taken.event ??= file
    return true
  }
  if (feedbackItems.has(type)) {
    const file = await pieces.addFile({ name: 'user-report', fileName: 'user-report.json', contentType: 'application/json' }, payload)
    if (file !== undefined && taken.feedback.length < maxFeedback)
      taken.feedback.push(file.size > maxFeedbackBytes ? undefined : await jsonOfFile(pieces, file).catch(() => undefined))
    return true
  }
  if (type !== 'attachment') return false
  const isDump = attachmentType === 'event.minidump'
  const name = isDump ? 'upload_file_minidump' : (fileName ?? 'attachment')
  await pieces.addFile({ name, fileName, contentType }, payload)
  return true
}

/** false: not one, or nothing that can be counted. */
async function countSessions({ context }: Served, project: LedgerProject, { type, payload }: EnvelopeItem): Promise<boolean> {
  if (countedItems.get(type) !== 'session') return false
  const told = sessionsOf(type, await jsonWithin(payload, maxSessionBytes), context.intake.now())
  for (const each of told) context.intake.sessions(project, each)
  return told.length > 0
}

/** undefined: longer than that, or no JSON. */
async function jsonWithin(payload: AsyncIterable<Uint8Array>, maxBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of payload) {
    length += chunk.length
    if (length <= maxBytes) chunks.push(chunk)
  }
  try {
    return length > maxBytes ? undefined : parseJson(Buffer.concat(chunks))
  } catch {
    return undefined
  }
}

function countItem({ request, context, service }: Served, project: LedgerProject, { type }: EnvelopeItem): void {
  const reason = countedItems.get(type) ?? 'not_a_crash'
  const detail = `item ${JSON.stringify(type.slice(0, 100))}`
  countDrop(request, context.intake, { dialect: service.name, projectId: project.id, reason, detail })
}

/** The id to answer. */
async function keep(
  served: Served,
  project: LedgerProject,
  { id, upload }: { readonly id: string; readonly upload: Upload },
  taken: Taken,
): Promise<string | undefined> {
  const feedbackFields = fieldsOfFeedback(taken.feedback)
  if (upload.files.some(isMinidump)) {
    if (taken.eventId !== undefined) upload.fields.set('sentry[event_id]', taken.eventId)
    for (const [name, value] of feedbackFields) upload.fields.set(name, value)
    return (await keepMinidump(served, project, { id, upload })).eventId
  }
  if (taken.event === undefined) {
    // Feedback has an id of its own.
    const report = eventOfFeedback(taken.feedback) ?? taken.eventId
    const isAlone = taken.feedback.length > 0 && !(await isOpen(served, project, report))
    if (isAlone) return keepFeedback(served, project, { id, upload }, { ...taken, about: report })
    if (report === undefined) {
      await upload.discard()
      throw new ServerError('unknown_report')
    }
    await attachUpload(served.request, served.context, project, { id, report, upload, dialect: served.service.name })
    return taken.eventId
  }
  const json = await jsonOfFile(upload, taken.event).catch(async (error: unknown) => {
    await upload.discard()
    throw error
  })
  const event = readSentryEvent(json)
  const clientId = taken.eventId ?? event.eventId
  const eventId = clientId ?? uuidOfReport(id)
  await keepUpload(
    served,
    project,
    { id, upload },
    {
      kind: event.kind,
      fields: new Map([...event.fields, ...feedbackFields]),
      files: [scriptErrorFile(event.error), ...upload.files],
      aliases: uuidAliases(eventId),
      ...(clientId === undefined ? {} : { clientReportId: clientId }),
      ...(event.crashedAt === undefined ? {} : { crashedAt: event.crashedAt }),
    },
  )
  return eventId
}
