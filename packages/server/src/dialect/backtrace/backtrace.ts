/** Backtrace's submission, as its clients use it; see docs/reference/protocols/backtrace.md. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../../errors.ts'
import { isMultipart } from '../../intake/boundary.ts'
import type { LedgerProject } from '../../store/database/ledger.ts'
import { attachUpload } from '../attach.ts'
import type { DialectContext } from '../dialect-context.ts'
import { bodyOf, countDrop } from '../exchange.ts'
import { isMinidump, kindOf, type ReadUpload, readForm, readUploadOf } from '../form-upload.ts'
import { jsonOfFile } from '../json-upload.ts'
import { keylessProject } from '../keyless.ts'
import { scriptErrorFile } from '../script-error.ts'
import { type Kept, keepUpload, type Served, type Service, serveProject } from '../service.ts'
import type { SubmittedFile } from '../submission.ts'
import { uuidAliases, uuidOfReport } from '../uuid-of-report.ts'
import { type BacktraceAddress, readBacktraceAddress } from './backtrace-key.ts'
import { readBacktraceReport } from './json-report.ts'

/** Its clients take 401 and 403 for a wrong token and 429 for a limit; everything else they try again. */
const statuses: Partial<Record<ServerError['code'], number>> = { unknown_key: 403, no_key: 403 }
const reportFormats = new Set(['', 'json', 'minidump', 'btt', 'plcrash'])

const service: Service = {
  name: 'backtrace',
  async refuse(reply, error) {
    await reply
      .code(statuses[error.code] ?? error.status)
      .type('application/json')
      .send(JSON.stringify({ error: { code: error.code, message: error.message } }))
  },
}

export async function answerBacktrace(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const served: Served = { request, reply: reply.header('access-control-allow-origin', '*'), context, service }
  const address = readBacktraceAddress(request, context.intake.limits)
  await serveProject(
    served,
    () => projectOf(served, address),
    async (project) => {
      if (address.object !== undefined) await attach(served, project, address, address.object)
      else await keepReport(served, project, address)
    },
  )
}

/** Its client for browsers sends JSON, which pages ask about. */
export async function answerBacktracePreflight(_: FastifyRequest, reply: FastifyReply): Promise<void> {
  await reply
    .header('access-control-allow-origin', '*')
    .header('access-control-allow-headers', 'content-type')
    .header('access-control-allow-methods', 'POST, OPTIONS')
    .header('access-control-max-age', '86400')
    .code(204)
    .send()
}

/** Without a token only where addresses without a key are allowed. */
function projectOf({ request, context }: Served, { token }: BacktraceAddress): Promise<LedgerProject> {
  return token === undefined ? keylessProject(request, context) : context.intake.projectByKey(token)
}

/**
 * Not a byte more than this: Crashpad's clients keep 63 characters of it, and Backtrace's Electron client finds the id in those by its
 * closing quote.
 */
function answerOk(reply: FastifyReply, rxid: string, more: Readonly<Record<string, string>> = {}): FastifyReply {
  return reply
    .code(200)
    .type('application/json')
    .send(JSON.stringify({ response: 'ok', _rxid: rxid, ...more }))
}

async function attach(served: Served, project: LedgerProject, { attachmentName }: BacktraceAddress, object: string): Promise<void> {
  const { request, reply, context } = served
  const name = (attachmentName ?? 'attachment').slice(0, context.intake.limits.nameLength)
  const { id, upload } = await readUploadOf(request, context.intake, project, { name, fileName: name })
  await attachUpload(request, context, project, { id, report: object, upload, dialect: service.name })
  await answerOk(reply, object, { attachment_name: name, attachment_id: id, object })
}

async function keepReport(served: Served, project: LedgerProject, address: BacktraceAddress): Promise<void> {
  const { reply } = served
  if (!reportFormats.has(address.format)) throw new ServerError('unsupported_format', { detail: `format=${address.format.slice(0, 40)}` })
  const read = await readBody(served, project, address)
  const kept = await describe(read, address).catch(async (error: unknown) => {
    await read.upload.discard()
    throw error
  })
  const rxid = uuidOfReport(read.id)
  await keepUpload(served, project, read, { ...kept, aliases: [...uuidAliases(rxid), ...(kept.aliases ?? [])] })
  await answerOk(reply, rxid)
}

/** A form, or the dump or the JSON itself. */
async function readBody({ request, context }: Served, project: LedgerProject, { format }: BacktraceAddress): Promise<ReadUpload> {
  const { intake } = context
  if (isMultipart(request.raw.headers['content-type'])) return readForm(request, intake, project)
  if (format !== 'json') return readUploadOf(request, intake, project)
  const id = intake.newReportId()
  const upload = await intake.readPieces(id, bodyOf(request), project, async (body, pieces) => {
    await pieces.addFile({ name: 'event', contentType: 'application/json' }, body)
  })
  return { id, upload }
}

/** What its clients call the program that died; `product` in the address is Crashpad's word for what carries it. */
const programAttributes = [
  ['product', 'application'],
  ['version', 'application.version'],
] as const

async function describe({ upload }: ReadUpload, { attributes, format }: BacktraceAddress): Promise<Kept> {
  // What the body says goes before what the address says.
  const fields = new Map([...attributes, ...upload.fields])
  const files = upload.files.map(renamed)
  const json = files.find(({ name }) => name === 'event')
  if (json === undefined || files.some(isMinidump)) {
    for (const [name, attribute] of programAttributes) {
      const value = fields.get(attribute)
      if (value !== undefined && !upload.fields.has(name)) fields.set(name, value)
    }
    return { kind: format === 'minidump' ? 'minidump' : kindOf(files), fields, files }
  }
  const report = readBacktraceReport(await jsonOfFile(upload, json))
  return {
    kind: report.kind,
    fields: new Map([...fields, ...report.fields]),
    files: [scriptErrorFile(report.error), ...files],
    aliases: report.reportId === undefined ? [] : uuidAliases(report.reportId),
    ...(report.reportId === undefined ? {} : { clientReportId: report.reportId }),
    ...(report.crashedAt === undefined ? {} : { crashedAt: report.crashedAt }),
  }
}

/** `upload_file` is a dump or the report's JSON; attachments carry a prefix that is no part of their name. */
function renamed(file: SubmittedFile, _: number, all: readonly SubmittedFile[]): SubmittedFile {
  const attachment = /^attachment[_.](.+)$/s.exec(file.name)?.[1]
  if (attachment !== undefined) return all.some(({ name }) => name === attachment) ? file : { ...file, name: attachment }
  if (file.name !== 'upload_file') return file
  const isJson = file.fileName?.endsWith('.json') === true || file.contentType === 'application/json'
  return isJson ? { ...file, name: 'event', contentType: 'application/json' } : { ...file, name: 'upload_file_minidump' }
}

/** Numbers about use are counted, and their senders content. */
export async function answerBacktraceMetrics(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const served: Served = { request, reply: reply.header('access-control-allow-origin', '*'), context, service }
  const address = readBacktraceAddress(request, context.intake.limits)
  await serveProject(
    served,
    () => projectOf(served, address),
    async (project) => {
      const { upload } = await readUploadOf(request, context.intake, project, { name: 'metrics' })
      await upload.discard()
      countDrop(request, context.intake, { dialect: service.name, projectId: project.id, reason: 'usage_metrics', detail: 'metrics' })
      await reply.code(200).type('application/json').send('{"response":"ok"}')
    },
  )
}
