/** What a dialect may know about a report that was accepted before: enough to add a file to it, never what stands in it. */
import { isReportId, timeOfReportId } from '../intake/report-id.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import { additionsPrefix } from '../store/added-files.ts'
import type { Store } from '../store/store.ts'

export interface KnownReport {
  readonly id: string
  readonly projectId: number
  /** Unix milliseconds. */
  readonly receivedAt: number
  readonly addedFiles: number
}

export interface ReportLookup {
  /** By full id or alias. `unavailable`: the database does not answer, and the report may exist. */
  find(idOrAlias: string): Promise<KnownReport | 'unknown' | 'unavailable'>
}

interface PendingReports {
  pending(idOrAlias: string): Promise<SpoolReport | undefined>
}

export function reportLookup({ index, blobs }: Pick<Store, 'index' | 'blobs'>, spool: PendingReports): ReportLookup {
  return {
    async find(idOrAlias) {
      const waiting = await spool.pending(idOrAlias)
      if (waiting !== undefined)
        return { id: waiting.id, projectId: waiting.projectId, receivedAt: timeOfReportId(waiting.id), addedFiles: 0 }
      try {
        const row = (await index.find(idOrAlias)).find(({ id, aliases }) => id === idOrAlias || aliases.includes(idOrAlias))
        if (row === undefined) return 'unknown'
        const { id, projectId } = row
        // Of a copy it is the copy's own time: its client has just sent it.
        const receivedAt = isReportId(idOrAlias) ? timeOfReportId(idOrAlias) : row.receivedAt
        let addedFiles = 0
        for await (const key of blobs.list(additionsPrefix(id))) if (!key.endsWith('.json')) addedFiles += 1
        return { id, projectId, receivedAt, addedFiles }
      } catch {
        return 'unavailable'
      }
    },
  }
}
