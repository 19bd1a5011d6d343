/**
 * One death is one report. The end of one process is told by every page that it held, by the browser and perhaps by another page that saw it,
 * and a page that dies while it loads dies again with every reload. All of these have one session; what joins an older report becomes a
 * document of it.
 */
import { sql, type Transaction } from 'kysely'
import { maxDeathsCompared, maxMergedDocuments, repeatedDeathMs, sameDeathMs } from '../../limits.ts'
import type { BrowserDeath, NewReport } from '../report-index.ts'
import type { BrowserDeathTable, IndexSchema } from '../schema.ts'

type Trx = Transaction<IndexSchema>
type Death = Pick<BrowserDeathTable, 'report_n' | 'page' | 'agent' | 'what' | 'at' | 'dedupe_key'> & { readonly id: string }

export interface MergedInto {
  readonly reportId: string
  readonly reportN: number
  /** False: the report has this document already, or documents enough. */
  readonly keep: boolean
  /** A copy of one that was merged. */
  readonly isCopy: boolean
}

/** The report of the same session that this one joins; it is counted there. undefined: it is one of its own. */
export async function mergeDeath(trx: Trx, report: NewReport): Promise<MergedInto | undefined> {
  const { death, projectId } = report
  if (death === undefined) return undefined
  const others: Death[] = await trx
    .selectFrom('browser_death')
    .innerJoin('report', 'report.n', 'browser_death.report_n')
    .select(['browser_death.report_n', 'browser_death.page', 'browser_death.agent', 'browser_death.what', 'browser_death.at', 'report.id'])
    .select('browser_death.dedupe_key')
    .where('browser_death.session', '=', death.session)
    .where('browser_death.project_id', '=', projectId)
    .orderBy('browser_death.at', 'desc')
    .limit(maxDeathsCompared)
    .execute()
  const copy = others.find((other) => isCopy(report, death, other))
  if (copy !== undefined) return { reportId: copy.id, reportN: copy.report_n, keep: false, isCopy: true }
  const same = others.find((other) => isSameDeath(death, other))
  const again = same === undefined ? others.find((other) => isRepeated(death, other)) : undefined
  const found = same ?? again
  if (found === undefined) return undefined
  const { documents } = await trx
    .selectFrom('browser_death')
    .select(sql<number>`count(*)`.as('documents'))
    .where('report_n', '=', found.report_n)
    .executeTakeFirstOrThrow()
  if (again !== undefined)
    await trx.updateTable('report').set({ occurrences: sql`occurrences + 1` }).where('n', '=', found.report_n).execute()
  return { reportId: found.id, reportN: found.report_n, keep: documents < maxMergedDocuments, isCopy: false }
}

export async function addDeath(trx: Trx, report: NewReport, reportN: number, death: BrowserDeath): Promise<void> {
  const { session, page = null, agent, what, at, toldLater } = death
  await trx
    .insertInto('browser_death')
    .values({
      document_id: report.id,
      report_n: reportN,
      project_id: report.projectId,
      ...{ session, page, agent, what, at },
      told_later: toldLater ? 1 : 0,
      dedupe_key: report.dedupeKey ?? null,
    })
    .onConflict((conflict) => conflict.column('document_id').doNothing())
    .execute()
}

/** A report that was merged before: which one it became a part of. */
export async function mergedBefore(trx: Trx, documentId: string): Promise<MergedInto | undefined> {
  const found = await trx
    .selectFrom('browser_death')
    .innerJoin('report', 'report.n', 'browser_death.report_n')
    .select(['report.id', 'report.n'])
    .where('browser_death.document_id', '=', documentId)
    .where('report.id', '!=', documentId)
    .executeTakeFirst()
  return found && { reportId: found.id, reportN: found.n, keep: true, isCopy: false }
}

function isCopy({ dedupeKey, dedupeWindowMs }: NewReport, death: BrowserDeath, other: Death): boolean {
  return dedupeKey !== undefined && dedupeKey === other.dedupe_key && Math.abs(death.at - other.at) < dedupeWindowMs
}

/** A document dies once, whoever tells; two documents of one browser and session that die together were in one process. */
function isSameDeath(death: BrowserDeath, other: Death): boolean {
  if (death.page !== undefined && other.page !== null && death.page === other.page) return true
  return death.agent === other.agent && Math.abs(death.at - other.at) < sameDeathMs
}

function isRepeated(death: BrowserDeath, other: Death): boolean {
  return death.what === other.what && Math.abs(death.at - other.at) < repeatedDeathMs
}
