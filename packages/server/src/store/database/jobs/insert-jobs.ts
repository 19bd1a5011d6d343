import { type Kysely, sql } from 'kysely'
import type { IndexSchema } from '../schema.ts'

/** Rows in one statement; far below what either database takes. */
const maxRows = 500

/** A waiting job moves earlier and never later; a leased one runs once more when it is done. `firstPlace` is 0 for all that are new, else counted up. */
export async function insertJobs(db: Kysely<IndexSchema>, reportIds: readonly string[], dueAt: number, firstPlace = 0): Promise<void> {
  const places = new Map([...new Set(reportIds)].map((id, index) => [id, firstPlace === 0 ? 0 : firstPlace + index]))
  // In one order for everybody, so that two that insert the same never wait for each other.
  const ids = [...places.keys()].sort()
  for (let from = 0; from < ids.length; from += maxRows) {
    const some = ids.slice(from, from + maxRows)
    const whens = some.map((id) => sql`when ${id} then cast(${places.get(id) ?? 0} as bigint)`)
    const place = firstPlace === 0 ? sql<number>`0` : sql<number>`case id ${sql.join(whens, sql` `)} end`
    await db
      .insertInto('job')
      .columns(['report_id', 'due_at', 'attempt', 'again', 'place'])
      .expression(
        db
          .selectFrom('report')
          .select((eb) => [
            'id',
            sql<number>`cast(${dueAt} as bigint)`.as('due_at'),
            eb.lit(0).as('attempt'),
            eb.lit(0).as('again'),
            place.as('place'),
          ])
          .where('id', 'in', some),
      )
      .onConflict((conflict) =>
        conflict.column('report_id').doUpdateSet({
          again: sql`case when job.lease_id is null then 0 else 1 end`,
          due_at: sql`case when job.lease_id is null and excluded.due_at < job.due_at then excluded.due_at else job.due_at end`,
          place: sql`case when excluded.place < job.place then excluded.place else job.place end`,
          attempt: sql`case when job.lease_id is null then 0 else job.attempt end`,
        }),
      )
      .execute()
  }
}
