/**
 * Files for a report that was accepted before: under the same project, for 24 hours, so many at most, and beside what is there. Clients such
 * as Electron cannot send a log with the crash itself.
 */
import type { FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'
import type { Upload } from '../intake/multipart.ts'
import { isReportId, timeOfReportId } from '../intake/report-id.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import { maxAddedFiles } from '../store/limits.ts'
import type { DialectContext } from './dialect-context.ts'
import { senderOf } from './exchange.ts'

const openForMs = 24 * 60 * 60 * 1000
/** Files accepted by this process, by report: what is not settled yet counts, too. */
const rememberedReports = 10_000

export class AttachmentCounts {
  readonly #files = new Map<string, number>()

  /** Refuses what would be too much. `settled` files are in the store already. */
  take(reportId: string, files: number, settled: number): void {
    const before = Math.max(settled, this.#files.get(reportId) ?? 0)
    if (before + files > maxAddedFiles) throw new ServerError('too_many_attachments')
    if (this.#files.size >= rememberedReports) for (const [oldest] of [...this.#files].slice(0, 1)) this.#files.delete(oldest)
    this.#files.set(reportId, before + files)
  }

  giveBack(reportId: string, files: number): void {
    this.#files.set(reportId, Math.max(0, (this.#files.get(reportId) ?? 0) - files))
  }
}

/** The full id of the report that files may be added to; `idOrAlias` is the client's word. */
export async function openReport(
  { intake, reports }: Pick<DialectContext, 'intake' | 'reports'>,
  project: LedgerProject,
  idOrAlias: string,
): Promise<{ readonly id: string; readonly addedFiles: number }> {
  const known = await reports.find(idOrAlias)
  if (known === 'unavailable') {
    // The id's own time is checked; whether the project has it, settling tells.
    if (!isReportId(idOrAlias)) throw new ServerError('ledger_unavailable')
    refuseIfOld(timeOfReportId(idOrAlias), intake.now())
    return { id: idOrAlias, addedFiles: 0 }
  }
  if (known === 'unknown' || known.projectId !== project.id) throw new ServerError('unknown_report')
  refuseIfOld(known.receivedAt, intake.now())
  return known
}

function refuseIfOld(receivedAt: number, now: number): void {
  if (now - receivedAt > openForMs) throw new ServerError('report_closed')
}

/** Takes the upload over: it is durable afterwards, or discarded. */
export async function attachUpload(
  request: FastifyRequest,
  context: DialectContext,
  project: LedgerProject,
  addition: { readonly id: string; readonly report: string; readonly upload: Upload; readonly dialect: string },
): Promise<{ readonly id: string; readonly keptFiles: number }> {
  const { intake, attachments } = context
  const { upload } = addition
  const files = upload.files.length
  let taken: string | undefined
  try {
    if (files === 0) throw new ServerError('empty_body')
    const report = await openReport(context, project, addition.report)
    attachments.take(report.id, files, report.addedFiles)
    taken = report.id
    const { keptFiles } = await intake.attach(project, addition.id, report.id, {
      kind: 'attachment',
      dialect: addition.dialect,
      fields: new Map(),
      files: upload.files,
      receivedAt: intake.now(),
      aliases: [],
      sender: senderOf(request),
      problems: upload.problems,
    })
    upload.release()
    return { id: report.id, keptFiles }
  } catch (error) {
    if (taken !== undefined) attachments.giveBack(taken, files)
    await upload.discard()
    throw error
  }
}
