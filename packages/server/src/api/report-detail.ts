import { Readable } from 'node:stream'
import { type ProcessedFile, readProcessed } from '../process/processed-file.ts'
import { readAddedFiles } from '../store/added-files.ts'
import { readReportFile, reportPrefix } from '../store/report-file.ts'
import type { Store } from '../store/store.ts'
import { ApiProblem } from './api-error.ts'
import type { FoundReport } from './find-report.ts'
import type { ReportDetail } from './schema.ts'
import { type Slugs, toAttachment, toReport, toWaitingReport } from './to-report.ts'

type Detail = Omit<ReportDetail, 'processed'>

/**
 * The answer to GET /reports/ID as bytes. `processed` can have many megabytes: it is passed through as it lies in the blob, so that
 * showing one large report does not stop the uploads beside it.
 */
export async function reportDetail(store: Store, found: FoundReport, slugs: Slugs): Promise<Readable> {
  if (found.kind === 'waiting') return asJson(waitingDetail(found.report, slugs), undefined)
  const { row } = found
  const file = await readReportFile(store.blobs, row.id)
  if (file === undefined) throw new ApiProblem('unavailable', "The report's files cannot be read at the moment.")
  const [neighbours, processed, added] = await Promise.all([
    store.index.neighbours(row.id),
    readProcessed(store.blobs, `${reportPrefix(row.id)}processed.json`),
    readAddedFiles(
      store.blobs,
      row.id,
      file.files.map(({ name }) => name),
    ),
  ])
  const detail: Detail = {
    ...toReport(row, slugs),
    aliases: [...row.aliases],
    dialect: row.dialect,
    sender: { userAgent: file.sender.userAgent ?? null, address: file.sender.address ?? null },
    fields: { ...file.fields },
    attachments: [...file.files, ...added].map(toAttachment),
    sentence: processed?.header.sentence ?? null,
    signatureSteps: processed === undefined ? [] : processed.header.signature.steps.map((step) => ({ ...step })),
    processedAt: processed?.header.processedAt ?? null,
    problems: row.problems.length > 0 ? [...row.problems] : [...file.problems],
    previousId: neighbours.previousId ?? null,
    nextId: neighbours.nextId ?? null,
  }
  return asJson(detail, processed)
}

function waitingDetail(report: Extract<FoundReport, { kind: 'waiting' }>['report'], slugs: Slugs): Detail {
  const { submission } = report
  return {
    ...toWaitingReport(report, slugs),
    aliases: [...submission.aliases],
    dialect: submission.dialect,
    sender: { userAgent: submission.sender.userAgent ?? null, address: submission.sender.address ?? null },
    fields: Object.fromEntries(submission.fields),
    attachments: submission.files.map(toAttachment),
    sentence: null,
    signatureSteps: [],
    processedAt: null,
    problems: [...submission.problems],
    previousId: null,
    nextId: null,
  }
}

function asJson(detail: Detail, processed: ProcessedFile | undefined): Readable {
  const body = Readable.from(pieces(detail, processed), { objectMode: false })
  // Also when the asker went away before the first byte.
  return body.once('close', () => processed?.close())
}

async function* pieces(detail: Detail, processed: ProcessedFile | undefined): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${JSON.stringify(detail).slice(0, -1)},"processed":${processed === undefined ? 'null}' : ''}`)
  if (processed === undefined) return
  yield* processed.crash
  yield Buffer.from('}')
}
