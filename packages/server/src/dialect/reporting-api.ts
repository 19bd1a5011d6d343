/**
 * Browsers' crash reports. A browser sends the same bytes five times in fifteen minutes after any answer that is not 2xx, and pays no
 * heed to Retry-After; so everything that will not be kept is answered 204 and counted, and only a server that could not keep a report
 * now, but will later, answers otherwise. See docs/reference/protocols/reporting-api.md.
 */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'
import { mayReport, originOf } from '../intake/allowed-origins.ts'
import { readWhole } from '../intake/body.ts'
import type { Intake, OpenedBody } from '../intake/intake.ts'
import { holdForJson, parseJson } from '../intake/parse-json.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import { browserErrorType, errorFields, scriptErrorOf } from './browser-error.ts'
import { type BrowserReport, contextOf, fieldsOf, jsonOfReport, readBrowserReports } from './browser-report.ts'
import { browserSessionType, countBrowserSession } from './browser-session.ts'
import type { DialectContext } from './dialect-context.ts'
import { asServerError, bodyOf, countDrop, countRefusal, keyOf, letGo } from './exchange.ts'
import { scriptErrorFile } from './script-error.ts'
import type { Submission, SubmissionProblem } from './submission.ts'

const dialect = 'reporting-api'

/** `text/plain` is what `sendBeacon` calls a string. */
const mediaTypes = new Set(['application/reports+json', 'application/json', 'application/csp-report', 'text/plain'])

export function isReportingApi(mediaType: string): boolean {
  return mediaTypes.has(mediaType)
}

/** Chromium asks before every cross-origin upload and looks at the first two headers; credentials are never allowed. */
export async function answerPreflight(request: FastifyRequest, reply: FastifyReply, { intake }: DialectContext): Promise<void> {
  const project = await intake.projectByKey(keyOf(request)).catch(() => undefined)
  await allowOrigin(request, reply, project)
    .header('access-control-allow-headers', 'content-type')
    .header('access-control-allow-methods', 'POST, OPTIONS')
    .header('access-control-max-age', '86400')
    .code(204)
    .send()
}

export async function answerReportingApi(request: FastifyRequest, reply: FastifyReply, intake: Intake, key: string): Promise<void> {
  let projectId: number | undefined
  allowOrigin(request, reply, undefined)
  try {
    const project = await intake.projectByKey(key)
    projectId = project.id
    allowOrigin(request, reply, project)
    intake.checkOrigin(project, request.raw.headers.origin)
    const body = intake.openBody(bodyOf(request), intake.limits.browserBodyBytes)
    try {
      await take(request, intake, project, body)
    } finally {
      body.close()
    }
    await reply.code(204).send()
  } catch (cause) {
    const error = asServerError(cause, request)
    countRefusal(request, intake, { dialect, projectId, error })
    if (error.status < 500) await reply.code(204).send()
    else
      await reply
        .code(error.status)
        .header('retry-after', error.retryAfter ?? 0)
        .type('text/plain')
        .send(`${error.code}: ${error.message}`)
    letGo(request, intake.limits.lingerMs)
  }
}

/** Any origin, unless the project lists some; credentials never. */
function allowOrigin(request: FastifyRequest, reply: FastifyReply, project: LedgerProject | undefined): FastifyReply {
  if (project === undefined || project.settings.allowedOrigins.length === 0) return reply.header('access-control-allow-origin', '*')
  const { origin } = request.raw.headers
  reply.removeHeader('access-control-allow-origin').header('vary', 'Origin')
  return origin !== undefined && mayReport(project, origin) ? reply.header('access-control-allow-origin', origin) : reply
}

async function take(request: FastifyRequest, intake: Intake, project: LedgerProject, body: OpenedBody): Promise<void> {
  const { limits } = intake
  const receivedAt = intake.now()
  const reports = await readReports(body)
  const isCrash = ({ type }: BrowserReport) => type === 'crash' || type === browserErrorType
  // A page's own server may be the one that it reports to, and then no Origin is sent.
  const crashes = reports.filter((report) => isCrash(report) && mayReport(project, originOf(report.url)))
  const elsewhere = reports.filter((report) => isCrash(report) && !mayReport(project, originOf(report.url)))
  const others = reports.filter((report) => !isCrash(report))
  const drop = { dialect, projectId: project.id }
  for (const other of others.slice(0, limits.browserReports)) {
    const { type } = other
    if (type === browserSessionType && mayReport(project, originOf(other.url))) {
      countBrowserSession(intake, project, other, receivedAt)
      continue
    }
    countDrop(request, intake, {
      ...drop,
      reason: 'not_a_crash',
      detail: `type ${JSON.stringify(type.slice(0, 100))}`,
    })
  }
  for (const { url } of elsewhere.slice(0, limits.browserReports)) {
    countDrop(request, intake, { ...drop, reason: 'origin_not_allowed', detail: `page ${originOf(url)}` })
  }
  if (crashes.length > limits.browserReports) {
    countDrop(request, intake, { ...drop, reason: 'too_many_reports', detail: `${crashes.length} crashes` })
  }
  const neighbours = crashes.length === 0 ? [] : neighboursOf(others, limits)
  const kept = crashes.slice(0, limits.browserReports)
  for (let first = 0; first < kept.length; first += limits.browserReportsAtOnce) {
    await Promise.all(
      kept.slice(first, first + limits.browserReportsAtOnce).map((crash) => {
        const exchange = { request, receivedAt }
        const submission =
          crash.type === browserErrorType ? errorSubmission(crash, exchange) : submissionOf(crash, neighbours, others.length, exchange)
        return intake.accept(project, intake.newReportId(), submission)
      }),
    )
  }
}

async function readReports({ bytes, notes, share }: OpenedBody): Promise<readonly BrowserReport[]> {
  const body = await readWhole(bytes, share)
  if (notes.badCompression) throw new ServerError('bad_gzip')
  if (notes.endedEarly !== undefined) throw new ServerError('truncated_body')
  if (body.length === 0) throw new ServerError('empty_body')
  holdForJson(body.length, (more) => share.take(more))
  const reports = readBrowserReports(parseJson(body))
  if (reports === undefined) throw new ServerError('bad_json')
  return reports
}

/** Reports of other types in the same batch often tell what led to the crash. Their ages are left out: a retry must look the same. */
function neighboursOf(
  others: readonly BrowserReport[],
  limits: { readonly browserNeighbours: number; readonly browserNeighbourBytes: number },
): readonly { type: string; url: string | null; body: unknown }[] {
  return others.slice(0, limits.browserNeighbours).map((other) => {
    const body = Object.fromEntries(other.body)
    return {
      type: other.type.slice(0, 100),
      url: other.url?.slice(0, limits.browserNeighbourBytes) ?? null,
      body: jsonLength(body) <= limits.browserNeighbourBytes ? body : null,
    }
  })
}

/** Infinite for what is nested deeper than the engine follows. */
function jsonLength(value: unknown): number {
  try {
    return JSON.stringify(value).length
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

function errorSubmission(error: BrowserReport, exchange: { readonly request: FastifyRequest; readonly receivedAt: number }): Submission {
  return {
    kind: 'javascript',
    fields: errorFields(error),
    files: [scriptErrorFile(scriptErrorOf(error))],
    problems: [],
    ...arrivalOf(error, exchange),
  }
}

/** How and when it came. */
function arrivalOf(
  { age, userAgent: told }: BrowserReport,
  { request, receivedAt }: { readonly request: FastifyRequest; readonly receivedAt: number },
) {
  const userAgent = request.raw.headers['user-agent'] ?? told
  return {
    dialect,
    receivedAt,
    ...(age === undefined ? {} : { crashedAt: receivedAt - age }),
    aliases: [],
    sender: { ...(userAgent === undefined ? {} : { userAgent }), address: request.ip },
  }
}

function submissionOf(
  crash: BrowserReport,
  neighbours: readonly unknown[],
  neighbourCount: number,
  exchange: { readonly request: FastifyRequest; readonly receivedAt: number },
): Submission {
  const bytes = fileOf(crash, neighbours)
  const problems: SubmissionProblem[] = []
  if (neighbours.length < neighbourCount) {
    problems.push({
      code: 'too_many_neighbours',
      message: `Of ${neighbourCount} other reports in the batch ${neighbours.length} were kept.`,
    })
  }
  return {
    kind: 'browser',
    fields: fieldsOf(contextOf(crash)),
    files: [
      {
        name: 'report',
        contentType: 'application/json',
        size: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        content: { kind: 'bytes', bytes },
      },
    ],
    problems,
    ...arrivalOf(crash, exchange),
  }
}

function fileOf(crash: BrowserReport, neighbours: readonly unknown[]): Buffer {
  try {
    return Buffer.from(JSON.stringify({ report: jsonOfReport(crash), neighbours }), 'utf8')
  } catch (cause) {
    throw new ServerError('bad_json', { cause, detail: 'nested too deeply' })
  }
}
