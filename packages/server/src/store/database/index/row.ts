import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Problem } from '../../../api/schema.ts'
import { maxRowProblems } from '../../limits.ts'
import type { NewReport, ReportRow } from '../report-index.ts'
import type { IndexSchema, ReportTable } from '../schema.ts'
import { storable } from '../text.ts'
import { seenAt } from './seen-at.ts'

export type StoredReport = Selectable<ReportTable>

export function newRow(report: NewReport): Insertable<ReportTable> {
  return {
    id: report.id,
    project_id: report.projectId,
    kind: storable(report.kind) ?? 'minidump',
    dialect: storable(report.dialect) ?? '',
    state: 'received',
    received_at: report.receivedAt,
    crashed_at: report.crashedAt ?? null,
    seen_at: seenAt(report.crashedAt, report.receivedAt),
    product: storable(report.product) ?? null,
    version: storable(report.version) ?? null,
    platform: storable(report.platform) ?? null,
    process_type: storable(report.processType) ?? null,
    installation: storable(report.installation) ?? null,
    reason: null,
    signature: null,
    group_id: null,
    processed_at: null,
    quality: 0,
    problems: '[]',
    dedupe_key: report.dedupeKey ?? null,
    copy_key: report.copyKey ?? null,
    truncated: report.truncated === true ? 1 : 0,
  }
}

export function problemsText(problems: readonly Problem[]): string {
  const kept = problems.slice(0, maxRowProblems)
  return JSON.stringify(kept.map(({ code, message }) => ({ code, message: storable(message, 1_000) ?? '' })))
}

/** Rows as the rest of the server sees them, with their aliases. */
export async function reportRows(db: Kysely<IndexSchema>, rows: readonly StoredReport[]): Promise<ReportRow[]> {
  if (rows.length === 0) return []
  const aliases = await db
    .selectFrom('report_alias')
    .selectAll()
    .where(
      'report_n',
      'in',
      rows.map(({ n }) => n),
    )
    .orderBy('alias')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    projectId: row.project_id,
    kind: row.kind,
    dialect: row.dialect,
    state: stateOf(row.state),
    receivedAt: row.received_at,
    crashedAt: row.crashed_at ?? undefined,
    product: row.product ?? undefined,
    version: row.version ?? undefined,
    platform: row.platform ?? undefined,
    processType: row.process_type ?? undefined,
    installation: row.installation ?? undefined,
    reason: row.reason ?? undefined,
    signature: row.signature ?? undefined,
    groupId: row.group_id ?? undefined,
    processedAt: row.processed_at ?? undefined,
    problems: problemsOf(row.problems),
    occurrences: row.occurrences,
    aliases: aliases.filter(({ report_n }) => report_n === row.n).map(({ alias }) => alias),
  }))
}

const states = ['received', 'processing', 'processed', 'failed'] as const

function stateOf(text: string): ReportRow['state'] {
  return states.find((state) => state === text) ?? 'failed'
}

/** Checked by hand, since a page has many: the schema's own check of all that was most of the work outside of SQLite. */
function problemsOf(text: string): Problem[] {
  if (text === '[]') return []
  const value: unknown = JSON.parse(text)
  return Array.isArray(value) ? value.filter(isProblem) : []
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  )
}
