import { type Kysely, sql } from 'kysely'
import type { IndexSchema } from '../schema.ts'

/** Rows in one statement; far below what either database takes. */
const maxRows = 500

/** A waiting job moves earlier and never later; a leased one runs once more when it is done. */
export async function insertJobs(db: Kysely<IndexSchema>, reportIds: readonly string[], dueAt: number): Promise<void> {
  const ids = [...new Set(reportIds)].sort()
  for (let from = 0; from < ids.length; from += maxRows) {
    await db
      .insertInto('job')
      .columns(['report_id', 'due_at', 'attempt', 'again'])
      .expression(
        db
          .selectFrom('report')
          .select((eb) => ['id', sql<number>`cast(${dueAt} as bigint)`.as('due_at'), eb.lit(0).as('attempt'), eb.lit(0).as('again')])
          .where('id', 'in', ids.slice(from, from + maxRows)),
      )
      .onConflict((conflict) =>
        conflict.column('report_id').doUpdateSet({
          again: sql`case when job.lease_id is null then 0 else 1 end`,
          due_at: sql`case when job.lease_id is null and excluded.due_at < job.due_at then excluded.due_at else job.due_at end`,
          attempt: sql`case when job.lease_id is null then 0 else job.attempt end`,
        }),
      )
      .execute()
  }
}
