import type { SpoolReport } from '../spool/spool-report.ts'
import type { ReportRow } from '../store/database/report-index.ts'
import type { Attachment, Report } from './schema.ts'

export const time = (unixMs: number): string => new Date(unixMs).toISOString()
export const timeOrNull = (unixMs: number | undefined): string | null => (unixMs === undefined ? null : time(unixMs))

/** Slugs by project id, for the rows of one answer. */
export type Slugs = ReadonlyMap<number, string>

export function toReport(row: ReportRow, slugs: Slugs): Report {
  return {
    id: row.id,
    project: slugs.get(row.projectId) ?? '',
    kind: row.kind,
    state: row.state,
    receivedAt: time(row.receivedAt),
    crashedAt: timeOrNull(row.crashedAt),
    product: row.product ?? null,
    version: row.version ?? null,
    platform: row.platform ?? null,
    processType: row.processType ?? null,
    reason: row.reason ?? null,
    signature: row.signature ?? null,
    groupId: row.groupId ?? null,
    occurrences: row.occurrences,
  }
}

/** A report that was acknowledged and has no row yet. */
export function toWaitingReport({ id, projectId, submission }: SpoolReport, slugs: Slugs): Report {
  return {
    id,
    project: slugs.get(projectId) ?? '',
    kind: submission.kind,
    state: 'received',
    receivedAt: time(submission.receivedAt),
    crashedAt: timeOrNull(submission.crashedAt),
    product: null,
    version: null,
    platform: null,
    processType: null,
    reason: null,
    signature: null,
    groupId: null,
    occurrences: 1,
  }
}

interface StoredFile {
  readonly name: string
  readonly fileName?: string
  readonly contentType?: string
  readonly size: number
  readonly sha256: string
}

export function toAttachment({ name, fileName, contentType, size, sha256 }: StoredFile): Attachment {
  return { name, fileName: fileName ?? null, contentType: contentType ?? null, size, sha256 }
}
