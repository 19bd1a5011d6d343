import type { Database } from '../open-database.ts'
import type { AddedReport, NewReport, ReportIndex } from '../report-index.ts'
import { inTransaction } from '../retry-transaction.ts'
import type { IndexSchema } from '../schema.ts'
import { addReports } from './add-reports.ts'
import { batched } from './batch.ts'
import { groupList } from './group-list.ts'
import { moduleList } from './module-list.ts'
import { rejectionList } from './rejections.ts'
import { removeRow } from './remove-report.ts'
import { reportList } from './report-list.ts'
import { problemsText } from './row.ts'
import { sessionList } from './session-list.ts'
import { setProcessed } from './set-processed.ts'
import { statistics } from './statistics.ts'

/** New reports that share one transaction and its sync. More would only hold the writer longer. */
const maxReportsTogether = 100
/** Rows in one `in (…)`. */
const maxIdsTogether = 500

export function kyselyReportIndex(database: Database<IndexSchema>, clock: () => number): ReportIndex {
  const { db, kind } = database
  return {
    ...reportList(database),
    ...groupList(database, clock),
    ...statistics(database, clock),
    ...moduleList(db),
    ...rejectionList(db),
    ...sessionList(database, clock),
    addReport: batched<NewReport, AddedReport>((reports) => addReports(db, kind, reports, clock()), maxReportsTogether),
    setProcessed: (id, result) => setProcessed(db, kind, id, result),
    async setState(id, state, problems) {
      const change = problems === undefined ? { state } : { state, problems: problemsText(problems) }
      await db.updateTable('report').set(change).where('id', '=', id).execute()
    },
    setStates: (ids, state) =>
      inTransaction(db, async (trx) => {
        for (let from = 0; from < ids.length; from += maxIdsTogether)
          await trx
            .updateTable('report')
            .set({ state })
            .where('id', 'in', ids.slice(from, from + maxIdsTogether))
            .execute()
      }),
    removeReport: (id) =>
      inTransaction(db, async (trx) => {
        const row = await trx
          .selectFrom('report')
          .selectAll()
          .where('id', '=', id)
          .$if(kind === 'postgres', (query) => query.forUpdate())
          .executeTakeFirst()
        if (row !== undefined) await removeRow(trx, kind, row)
      }),
  }
}
