import type { Transaction } from 'kysely'
import type { DatabaseKind } from '../open-database.ts'
import type { IndexSchema } from '../schema.ts'
import { CountChanges } from './counts.ts'
import { moveGroup } from './group-rows.ts'
import { moveModules } from './module-rows.ts'
import type { StoredReport } from './row.ts'

/** Takes a report out of rows, counts, groups, modules and the queue. */
export async function removeRow(trx: Transaction<IndexSchema>, kind: DatabaseKind, row: StoredReport): Promise<void> {
  const counts = new CountChanges()
  counts.remove(row)
  await moveModules(trx, row, [])
  await trx.deleteFrom('job').where('report_id', '=', row.id).execute()
  await trx.deleteFrom('report').where('n', '=', row.n).execute()
  await counts.write(trx)
  await moveGroup(trx, kind, row, undefined)
}
