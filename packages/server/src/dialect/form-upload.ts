/** A multipart upload, however the protocol around it is called: body to Submission to spool. */
import type { FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'
import { isMultipart, mediaTypeOf } from '../intake/boundary.ts'
import type { Intake, Outcome } from '../intake/intake.ts'
import type { Upload } from '../intake/multipart.ts'
import type { NewFile } from '../intake/piece-upload.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import { bodyOf, senderOf } from './exchange.ts'
import { queryFields } from './query-fields.ts'
import type { SubmittedFile } from './submission.ts'

export interface FormDialect {
  readonly name: string
  /** Other ids under which this protocol's clients will know the report. */
  aliases(reportId: string): readonly string[]
}

export async function takeForm(request: FastifyRequest, intake: Intake, project: LedgerProject, dialect: FormDialect): Promise<Outcome> {
  const receivedAt = intake.now()
  const { id, upload } = await readForm(request, intake, project)
  try {
    const outcome = await intake.accept(project, id, {
      kind: kindOf(upload.files),
      dialect: dialect.name,
      fields: queryFields(request.raw.url ?? '', upload.fields, intake.limits),
      files: upload.files,
      receivedAt,
      aliases: dialect.aliases(id),
      sender: senderOf(request),
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

export interface ReadUpload {
  /** Of the report, or of the addition to one, that the upload becomes. */
  readonly id: string
  readonly upload: Upload
}

/** Without a project, where only the form tells whose it is. */
export async function readForm(request: FastifyRequest, intake: Intake, project: LedgerProject | undefined): Promise<ReadUpload> {
  const contentType = request.raw.headers['content-type']
  if (contentType === undefined || !isMultipart(contentType)) {
    throw new ServerError(hasBody(request) ? 'wrong_content_type' : 'empty_body')
  }
  const id = intake.newReportId()
  return { id, upload: await intake.readMultipart(id, { ...bodyOf(request), contentType }, project) }
}

/** A form, or a body that is one file itself, of whatever type. */
export async function readUploadOf(
  request: FastifyRequest,
  intake: Intake,
  project: LedgerProject,
  file: NewFile = { name: 'upload_file_minidump', fileName: 'upload.dmp' },
): Promise<ReadUpload> {
  const { headers } = request.raw
  if (isMultipart(headers['content-type'])) return readForm(request, intake, project)
  if (!hasBody(request)) throw new ServerError('empty_body')
  const id = intake.newReportId()
  const upload = await intake.readPieces(id, bodyOf(request), project, async (body, pieces) => {
    await pieces.addFile({ contentType: mediaTypeOf(headers['content-type']) || undefined, ...file }, body)
  })
  return { id, upload }
}

function hasBody(request: FastifyRequest): boolean {
  const { headers } = request.raw
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

export function kindOf(files: readonly SubmittedFile[]): string {
  return files.some(isMinidump) ? 'minidump' : 'native'
}

export function isMinidump(file: SubmittedFile): boolean {
  if (file.name === 'upload_file_minidump' || file.fileName?.toLowerCase().endsWith('.dmp') === true) return true
  return file.content.kind === 'bytes' && Buffer.from(file.content.bytes.subarray(0, 4)).toString('latin1') === 'MDMP'
}
