import type { SpoolReport } from '../spool/spool-report.ts'
import type { ReportRow } from '../store/database/report-index.ts'
import type { Store } from '../store/store.ts'
import { ApiProblem } from './api-error.ts'
import { type Caller, maySee } from './caller.ts'

/** The part of the spool that the API looks at: reports that were acknowledged and are not in the store yet. */
export interface WaitingReports {
  pending(id: string): SpoolReport | undefined | Promise<SpoolReport | undefined>
}

export type FoundReport = { readonly kind: 'stored'; readonly row: ReportRow } | { readonly kind: 'waiting'; readonly report: SpoolReport }

/** By id, alias or a prefix that fits one report only. The store is asked first and last: a report may move there in between. */
export async function findReport(store: Store, waiting: WaitingReports | undefined, caller: Caller, id: string): Promise<FoundReport> {
  const stored = await findStored(store, caller, id)
  if (stored !== undefined) return stored
  const report = await waiting?.pending(id)
  if (report !== undefined && maySee(caller, report.projectId) && !(await store.ledger.isErased(report.id)))
    return { kind: 'waiting', report }
  const moved = waiting === undefined ? undefined : await findStored(store, caller, id)
  if (moved !== undefined) return moved
  throw new ApiProblem('not_found', 'There is no such report.')
}

async function findStored(store: Store, caller: Caller, id: string): Promise<FoundReport | undefined> {
  const rows = (await store.index.find(id)).filter(({ projectId }) => maySee(caller, projectId))
  if (rows.length > 1) throw new ApiProblem('ambiguous_id')
  const [row] = rows
  return row === undefined || (await store.ledger.isErased(row.id)) ? undefined : { kind: 'stored', row }
}

/** For what only a stored report can do. */
export async function findStoredReport(store: Store, caller: Caller, id: string): Promise<ReportRow> {
  const found = await findStored(store, caller, id)
  if (found?.kind !== 'stored') throw new ApiProblem('not_found', 'There is no such report, or it is not in the store yet.')
  return found.row
}
