import { timeOfReportId } from '../intake/report-id.ts'
import { readAddedFiles } from '../store/added-files.ts'
import type { Blobs } from '../store/blobs/blobs.ts'
import type { ReportRow } from '../store/database/report-index.ts'
import type { ReportFile } from '../store/report-file.ts'

export interface OtherDocument {
  readonly path: string
  readonly receivedAt: number
  release(): Promise<void>
}

/** Reports that were merged into this one: they were added under their own ids, which are aliases of it. Files that a sender added are none. */
export async function otherDocuments(blobs: Blobs, { id, aliases }: ReportRow, { files }: ReportFile): Promise<OtherDocument[]> {
  const names = files.map(({ name }) => name)
  const documents: OtherDocument[] = []
  for (const { blobKey } of await readAddedFiles(blobs, id, names)) {
    const reportId = /([0-9a-f]{36})-\d+$/.exec(blobKey)?.[1]
    if (reportId === undefined || !aliases.includes(reportId)) continue
    const file = await blobs.localFile(blobKey)
    if (file !== undefined) documents.push({ path: file.path, receivedAt: timeOfReportId(reportId), release: () => file.release() })
  }
  return documents
}
