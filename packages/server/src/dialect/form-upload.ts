/** A multipart upload, however the protocol around it is called: body to Submission to spool. */
import type { FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'
import { isMultipart } from '../intake/boundary.ts'
import type { Intake, Outcome } from '../intake/intake.ts'
import type { Upload } from '../intake/multipart.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import { queryFields } from './query-fields.ts'
import type { SubmittedFile } from './submission.ts'

export interface FormDialect {
  readonly name: string
  /** Other ids under which this protocol's clients will know the report. */
  aliases(reportId: string): readonly string[]
}

export async function takeForm(request: FastifyRequest, intake: Intake, project: LedgerProject, dialect: FormDialect): Promise<Outcome> {
  const { headers } = request.raw
  const contentType = headers['content-type']
  if (contentType === undefined || !isMultipart(contentType)) {
    throw new ServerError(hasBody(request) ? 'wrong_content_type' : 'empty_body')
  }
  const receivedAt = intake.now()
  const reportId = intake.newReportId()
  const source = {
    stream: request.raw,
    contentType,
    contentEncoding: headers['content-encoding'],
    contentLength: headers['content-length'],
  }
  const upload = await intake.readMultipart(reportId, source, project)
  try {
    const userAgent = headers['user-agent']
    const outcome = await intake.accept(project, reportId, {
      kind: kindOf(upload),
      dialect: dialect.name,
      fields: queryFields(request.raw.url ?? '', upload.fields, intake.limits),
      files: upload.files,
      receivedAt,
      aliases: dialect.aliases(reportId),
      sender: { ...(userAgent === undefined ? {} : { userAgent }), address: request.ip },
      problems: upload.problems,
    })
    if (outcome.kind === 'kept') upload.release()
    else await upload.discard()
    return outcome
  } catch (error) {
    await upload.discard()
    throw error
  }
}

function hasBody(request: FastifyRequest): boolean {
  const { headers } = request.raw
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function kindOf(upload: Upload): string {
  return upload.files.some(isMinidump) ? 'minidump' : 'native'
}

function isMinidump(file: SubmittedFile): boolean {
  if (file.name === 'upload_file_minidump' || file.fileName?.toLowerCase().endsWith('.dmp') === true) return true
  return file.content.kind === 'bytes' && Buffer.from(file.content.bytes.subarray(0, 4)).toString('latin1') === 'MDMP'
}
