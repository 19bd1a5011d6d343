import type { Kysely, Updateable } from 'kysely'
import { maxSignatureText } from '../../limits.ts'
import type { DatabaseKind } from '../open-database.ts'
import type { ProcessedRow } from '../report-index.ts'
import { inTransaction } from '../retry-transaction.ts'
import type { IndexSchema, ReportTable } from '../schema.ts'
import { storable } from '../text.ts'
import { CountChanges } from './counts.ts'
import { moveGroup } from './group-rows.ts'
import { moveModules } from './module-rows.ts'
import { problemsText, type StoredReport } from './row.ts'
import { seenAt } from './seen-at.ts'

/** Replaces what is known of a report and moves it from its old group and counts to the new ones. Nothing happens to a report that is gone. */
export function setProcessed(db: Kysely<IndexSchema>, kind: DatabaseKind, id: string, result: ProcessedRow): Promise<void> {
  return inTransaction(db, async (trx) => {
    const before = await trx
      .selectFrom('report')
      .selectAll()
      .where('id', '=', id)
      .$if(kind === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst()
    if (before === undefined) return
    const change = processedColumns(before, result)
    await trx.updateTable('report').set(change).where('n', '=', before.n).execute()
    const after: StoredReport = { ...before, ...change }
    const counts = new CountChanges()
    counts.remove(before)
    counts.add(after)
    await counts.write(trx)
    await moveModules(trx, after, result.modules)
    await moveGroup(trx, kind, before, after, result.groupState)
  })
}

function processedColumns(before: StoredReport, result: ProcessedRow) {
  const crashedAt = result.crashedAt ?? before.crashed_at
  return {
    state: 'processed',
    crashed_at: crashedAt,
    seen_at: seenAt(crashedAt, before.received_at),
    // What the sender told stays where the dump tells nothing.
    platform: storable(result.platform) ?? before.platform,
    process_type: storable(result.processType) ?? before.process_type,
    product: storable(result.product) ?? before.product,
    version: storable(result.version) ?? before.version,
    reason: storable(result.reason) ?? null,
    signature: storable(result.signature, maxSignatureText) ?? '',
    group_id: result.groupId,
    processed_at: result.processedAt,
    route: storable(result.page?.route) ?? null,
    browser: storable(result.page?.browser) ?? null,
    visibility: storable(result.page?.visibility) ?? null,
    frame: storable(result.page?.frame) ?? null,
    quality: result.quality ?? shareWithSymbols(result.modules),
    problems: problemsText(result.problems),
  } satisfies Updateable<ReportTable>
}

function shareWithSymbols(modules: ProcessedRow['modules']): number {
  if (modules.length === 0) return 0
  return Math.round((100 * modules.filter(({ hadSymbols }) => hadSymbols).length) / modules.length)
}
