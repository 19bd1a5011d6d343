/** BugSplat's posts, as its clients use them; see docs/reference/protocols/bugsplat.md. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../../errors.ts'
import type { DialectContext } from '../dialect-context.ts'
import { bodyOf, parameterOf } from '../exchange.ts'
import { isMinidump, kindOf, type ReadUpload } from '../form-upload.ts'
import { fieldText, objectOf, parseJson } from '../json-value.ts'
import { queryFields } from '../query-fields.ts'
import { scriptErrorFile } from '../script-error.ts'
import { type Kept, keepUpload, type Served, type Service, serveProject } from '../service.ts'
import { readUnrealContainer } from '../unreal-container.ts'
import { bugSplatProject, databaseOf, formOfProject } from './bugsplat-project.ts'

/** What says whose the crash is, not what it was. */
const notFields = ['database', 'format', 's3key', 's3Key']
const maxAttributes = 300

const jsonService: Service = {
  name: 'bugsplat',
  async refuse(reply, error) {
    await answer(reply.code(error.status === 503 ? 503 : error.status === 429 ? 429 : 400), {
      status: 'fail',
      message: `${error.code}: ${error.message}`,
      crash_id: 0,
    })
  },
}

/** Crashpad inside Electron takes the whole answer for the id. */
const textService: Service = {
  name: 'bugsplat',
  async refuse(reply, error) {
    await reply.code(error.status).type('text/plain').send(`${error.code}: ${error.message}`)
  },
}

export function bugSplatServed(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  service: Service = jsonService,
): Served {
  return { request, reply: reply.header('access-control-allow-origin', '*'), context, service }
}

/** A number, since its clients insist on one: 48 of the report id's random bits; an alias of the report. */
export function crashIdOf(reportId: string): number {
  return Number.parseInt(reportId.slice(-12), 16)
}

export async function answer(reply: FastifyReply, body: Readonly<Record<string, unknown>>): Promise<void> {
  const time = Math.trunc(Date.now() / 1000)
  await reply.type('application/json').send(JSON.stringify({ current_server_time: time, url: '', ...body }))
}

export async function answerBugSplatElectron(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const served = bugSplatServed(request, reply, context, textService)
  const form = formOfProject(served)
  await serveProject(served, form.findProject, async (project) => {
    const read = await form.read(project)
    const outcome = await keepUpload(served, project, read, nativeReport(read, request, context))
    await reply
      .code(200)
      .type('text/plain')
      .send(outcome.kind === 'kept' ? outcome.id : `Discarded=${outcome.reason}`)
  })
}

export async function answerBugSplatCrash(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const served = bugSplatServed(request, reply, context)
  const form = formOfProject(served)
  await serveProject(served, form.findProject, async (project) => {
    const read = await form.read(project)
    await keepUpload(served, project, read, nativeReport(read, request, context))
    await accepted(reply, read.id)
  })
}

export async function answerBugSplatScript(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  await keepText(request, reply, context, ({ upload }) => {
    const stackText = upload.fields.get('callstack') ?? upload.fields.get('exceptionMessage') ?? ''
    return { kind: 'javascript', stackText, firstLine: stackText.split('\n', 1)[0] ?? '' }
  })
}

export async function answerBugSplatFeedback(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  await keepText(request, reply, context, ({ upload }) => {
    return { kind: 'feedback', stackText: '', firstLine: `Feedback: ${upload.fields.get('title') ?? ''}` }
  })
}

interface TextReport {
  readonly kind: string
  readonly stackText: string
  readonly firstLine: string
}

async function keepText(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  read: (upload: ReadUpload) => TextReport,
): Promise<void> {
  const served = bugSplatServed(request, reply, context)
  const form = formOfProject(served)
  await serveProject(served, form.findProject, async (project) => {
    const upload = await form.read(project)
    const { kind, stackText, firstLine } = read(upload)
    const [, type, message] = /^(?:Uncaught )?([A-Za-z_$][\w$.]*):\s*(.*)$/.exec(firstLine) ?? []
    const file = scriptErrorFile({
      type: type ?? null,
      message: message ?? firstLine,
      handled: null,
      frames: [],
      stackText,
      url: null,
      userAgent: request.raw.headers['user-agent'] ?? null,
      causes: [],
      breadcrumbs: [],
    })
    const native = nativeReport(upload, request, context)
    await keepUpload(served, project, upload, { ...native, kind, files: [file, ...upload.upload.files] })
    await accepted(reply, upload.id)
  })
}

/** The container that Unreal Engine's crash reporter posts; product and version stand in the path. */
export async function answerBugSplatUnreal(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const served = bugSplatServed(request, reply, context)
  const { intake } = context
  await serveProject(
    served,
    () => bugSplatProject(served, databaseOf(request)),
    async (project) => {
      const id = intake.newReportId()
      const upload = await intake.readPieces(id, bodyOf(request), project, async (body, pieces) => {
        const onDamage = () => pieces.fields.note('bad_attachment', 'The container is damaged; the files before the damage were kept.')
        for await (const { name, bytes } of readUnrealContainer(body, onDamage)) {
          const isDump = /\.u?dmp$/i.test(name)
          await pieces.addFile({ name: isDump ? 'upload_file_minidump' : name, fileName: name }, bytes)
        }
        pieces.fields.add('product', parameterOf(request, 'app'), false)
        pieces.fields.add('version', parameterOf(request, 'version'), false)
      })
      if (!upload.files.some(isMinidump)) {
        await upload.discard()
        throw new ServerError('no_dump')
      }
      await keepUpload(served, project, { id, upload }, nativeReport({ id, upload }, request, context))
      await accepted(reply, id)
    },
  )
}

export async function accepted(reply: FastifyReply, reportId: string): Promise<void> {
  await answer(reply.code(200), { status: 'success', message: 'Crash received', crash_id: crashIdOf(reportId) })
}

function nativeReport({ id, upload }: ReadUpload, request: FastifyRequest, { intake }: DialectContext): Kept {
  return {
    kind: kindOf(upload.files),
    fields: bugSplatFields(queryFields(request.raw.url ?? '', upload.fields, intake.limits)),
    aliases: [String(crashIdOf(id))],
  }
}

/** `appName` and `appVersion` under the names that the rest of the server reads, and each attribute as a field of its own. */
export function bugSplatFields(sent: ReadonlyMap<string, string>): Map<string, string> {
  const fields = new Map(sent)
  for (const name of notFields) fields.delete(name)
  const [product, version] = [sent.get('appName'), sent.get('appVersion')]
  if (product !== undefined && !fields.has('product')) fields.set('product', product)
  if (version !== undefined && !fields.has('version')) fields.set('version', version)
  const attributes = attributesOf(sent.get('attributes'))
  if (attributes === undefined) return fields
  fields.delete('attributes')
  for (const [name, value] of [...attributes].slice(0, maxAttributes)) {
    const text = fieldText(value)
    if (text !== undefined && !fields.has(name)) fields.set(name, text)
  }
  return fields
}

function attributesOf(text: string | undefined): ReadonlyMap<string, unknown> | undefined {
  try {
    return text === undefined ? undefined : objectOf(parseJson(Buffer.from(text, 'utf8')))
  } catch {
    return undefined
  }
}
