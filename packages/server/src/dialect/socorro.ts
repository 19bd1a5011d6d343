/**
 * As Socorro's collector answers: `CrashID=bp-…` with a line break, or `Discarded=…`. Its ids end in the day, so that its clients and
 * scripts can compute where a report lies; see docs/reference/protocols/socorro.md.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ServerErrorCode } from '../errors.ts'
import { timeOfReportId } from '../intake/report-id.ts'
import type { DialectContext } from './dialect-context.ts'
import { letGo } from './exchange.ts'
import type { FormDialect } from './form-upload.ts'
import { takeKeyless } from './keyless-upload.ts'

/** The collector's own words for what both sides know. */
const socorroReasons: Partial<Record<ServerErrorCode, string>> = {
  wrong_content_type: 'malformed_wrong_content_type',
  no_boundary: 'malformed_no_boundary',
  empty_body: 'malformed_no_content_length',
  bad_gzip: 'malformed_bad_gzip',
  malformed_multipart: 'malformed_invalid_payload_structure',
  truncated_body: 'malformed_invalid_payload_structure',
}

const dialect: FormDialect = {
  name: 'socorro',
  aliases: (reportId) => [`bp-${socorroId(reportId)}`, socorroId(reportId)],
}

export async function answerSocorro(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const taken = await takeKeyless(request, context, dialect)
  if ('kind' in taken) {
    const text = taken.kind === 'kept' ? `CrashID=bp-${socorroId(taken.id)}\n` : `Discarded=${taken.reason}`
    await reply.code(200).type('text/plain').send(text)
    return
  }
  // The collector knows one status for everything that is wrong with a body.
  const status = taken.status === 415 ? 400 : taken.status
  if (taken.retryAfter !== undefined) reply.header('retry-after', taken.retryAfter)
  const missingType = taken.code === 'wrong_content_type' && request.raw.headers['content-type'] === undefined
  const reason = missingType ? 'malformed_no_content_type' : (socorroReasons[taken.code] ?? taken.code)
  await reply.code(status).type('text/plain').send(`Discarded=${reason}`)
  letGo(request, context.intake.limits.lingerMs)
}

/** A UUID made of the report id's random digits; its last seven are the throttle digit, 0 for accepted, and the day as YYMMDD. */
export function socorroId(reportId: string): string {
  const random = reportId.slice(12)
  const day = new Date(timeOfReportId(reportId)).toISOString().slice(2, 10).replaceAll('-', '')
  const tail = `${random.slice(18, 23)}0${day}`
  return `${random.slice(0, 8)}-${random.slice(8, 12)}-4${random.slice(12, 15)}-a${random.slice(15, 18)}-${tail}`
}
