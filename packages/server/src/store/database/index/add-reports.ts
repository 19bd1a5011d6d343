import { type Kysely, sql, type Transaction } from 'kysely'
import { maxAliases } from '../../limits.ts'
import { isReportId } from '../../report-file.ts'
import { insertJobs } from '../jobs/insert-jobs.ts'
import type { DatabaseKind } from '../open-database.ts'
import type { AddedReport, NewReport } from '../report-index.ts'
import { inTransaction } from '../retry-transaction.ts'
import type { IndexSchema } from '../schema.ts'
import { storable } from '../text.ts'
import { CountChanges } from './counts.ts'
import { addDeath, mergeDeath, mergedBefore } from './merge-deaths.ts'
import { removeRow } from './remove-report.ts'
import { newRow, type StoredReport } from './row.ts'

type Trx = Transaction<IndexSchema>

/** Rows, aliases, counts and first jobs of new reports, all in one transaction; one answer per report. */
export function addReports(
  db: Kysely<IndexSchema>,
  kind: DatabaseKind,
  reports: readonly NewReport[],
  now: number,
): Promise<readonly AddedReport[]> {
  return inTransaction(db, async (trx) => {
    if (kind === 'postgres') await takeTurns(trx, reports)
    const counts = new CountChanges()
    const fresh: string[] = []
    const answers: AddedReport[] = []
    const seen = await seenBefore(
      trx,
      reports.map(({ id }) => id),
    )
    for (const report of reports) {
      const { answer, isNew } = await addReport(trx, kind, report, { counts, mayBeKnown: seen.has(report.id) })
      seen.add(report.id)
      answers.push(answer)
      if (isNew) fresh.push(report.id)
    }
    await counts.write(trx)
    await insertJobs(trx, fresh, now)
    return answers
  })
}

async function addReport(
  trx: Trx,
  kind: DatabaseKind,
  report: NewReport,
  { counts, mayBeKnown }: { readonly counts: CountChanges; readonly mayBeKnown: boolean },
): Promise<{ answer: AddedReport; isNew: boolean }> {
  const known = mayBeKnown ? await knownAs(trx, report.id) : undefined
  if (known !== undefined) return { answer: known, isNew: false }
  const copy = (await exactCopy(trx, report)) ?? (await copyOfOtherLength(trx, report))
  const replaces = copy !== undefined && copy.truncated === 1 && report.truncated !== true
  if (copy !== undefined && !replaces) {
    await addAliases(trx, copy.n, [report.id, ...report.aliases])
    return { answer: { duplicateOf: copy.id, obsolete: [report.id] }, isNew: false }
  }
  const merged = await mergeDeath(trx, report)
  if (merged !== undefined && report.death !== undefined) {
    await addAliases(trx, merged.reportN, [report.id, ...report.aliases])
    if (!merged.isCopy) await addDeath(trx, report, merged.reportN, report.death)
    return { answer: { duplicateOf: undefined, obsolete: [], partOf: { id: merged.reportId, keep: merged.keep } }, isNew: false }
  }
  const row = newRow(report)
  const { n } = await trx.insertInto('report').values(row).returning('n').executeTakeFirstOrThrow()
  counts.add(row)
  if (report.death !== undefined) await addDeath(trx, report, n, report.death)
  const inherited = copy === undefined ? [] : [copy.id, ...(await aliasesOf(trx, copy.n))]
  if (copy !== undefined) await removeRow(trx, kind, copy)
  await addAliases(trx, n, [...inherited, ...report.aliases])
  return { answer: { duplicateOf: undefined, obsolete: inherited.filter(isReportId) }, isNew: true }
}

/** Which of these ids stand anywhere already: three questions for all, where almost always the answer is none. */
async function seenBefore(trx: Trx, ids: readonly string[]): Promise<Set<string>> {
  const added = await trx.selectFrom('report').select('id').where('id', 'in', ids).execute()
  const aliases = await trx.selectFrom('report_alias').select('alias as id').where('alias', 'in', ids).execute()
  const documents = await trx.selectFrom('browser_death').select('document_id as id').where('document_id', 'in', ids).execute()
  return new Set([...added, ...aliases, ...documents].map(({ id }) => id))
}

/** A report that was added before, or an older copy's alias. What it made obsolete is told again: the caller may have been stopped then. */
async function knownAs(trx: Trx, id: string): Promise<AddedReport | undefined> {
  const row = await trx.selectFrom('report').select('n').where('id', '=', id).executeTakeFirst()
  if (row !== undefined) return { duplicateOf: undefined, obsolete: (await aliasesOf(trx, row.n)).filter(isReportId) }
  const merged = await mergedBefore(trx, id)
  if (merged !== undefined) return { duplicateOf: undefined, obsolete: [], partOf: { id: merged.reportId, keep: merged.keep } }
  const older = await trx
    .selectFrom('report_alias')
    .innerJoin('report', 'report.n', 'report_alias.report_n')
    .select('report.id')
    .where('alias', '=', id)
    .executeTakeFirst()
  return older && { duplicateOf: older.id, obsolete: [id] }
}

async function exactCopy(trx: Trx, report: NewReport): Promise<StoredReport | undefined> {
  if (report.dedupeKey === undefined) return undefined
  let query = trx.selectFrom('report').selectAll().where('dedupe_key', '=', report.dedupeKey).where('project_id', '=', report.projectId)
  if (report.dedupeWindowMs > 0) {
    const at = report.crashedAt ?? report.receivedAt
    const time = sql<number>`coalesce(crashed_at, received_at)`
    query = query.where(time, '>', at - report.dedupeWindowMs).where(time, '<', at + report.dedupeWindowMs)
  }
  return query.orderBy('id').limit(1).executeTakeFirst()
}

/** The same report in another length, one of both cut off on its way. */
async function copyOfOtherLength(trx: Trx, report: NewReport): Promise<StoredReport | undefined> {
  if (report.copyKey === undefined) return undefined
  let query = trx.selectFrom('report').selectAll().where('copy_key', '=', report.copyKey).where('project_id', '=', report.projectId)
  query = query.where('truncated', '=', report.truncated === true ? 0 : 1)
  return query.orderBy('id').limit(1).executeTakeFirst()
}

async function aliasesOf(trx: Trx, n: number): Promise<string[]> {
  const rows = await trx.selectFrom('report_alias').select('alias').where('report_n', '=', n).orderBy('alias').execute()
  return rows.map(({ alias }) => alias)
}

async function addAliases(trx: Trx, n: number, aliases: readonly string[]): Promise<void> {
  const kept = new Set(aliases.map((alias) => storable(alias)).filter((alias) => alias !== undefined))
  if (kept.size === 0) return
  await trx
    .insertInto('report_alias')
    .values([...kept].slice(0, maxAliases).map((alias) => ({ alias, report_n: n })))
    .onConflict((conflict) => conflict.column('alias').doNothing())
    .execute()
}

/** Two programs that add copies of one report at the same time: the second waits and then finds the first's. SQLite has one writer anyway. */
async function takeTurns(trx: Trx, reports: readonly NewReport[]): Promise<void> {
  const keys = new Set(
    reports.flatMap(({ dedupeKey, copyKey, death }) => [dedupeKey, copyKey, death?.session]).filter((key) => key !== undefined),
  )
  for (const key of [...keys].sort()) await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(trx)
}
