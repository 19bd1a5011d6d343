import { type Kysely, sql, type Transaction } from 'kysely'
import { firstRetryDelayMs, maxJobAttempts } from '../../limits.ts'
import { problemsText } from '../index/row.ts'
import type { Job, Jobs } from '../jobs.ts'
import { newId } from '../ledger/secrets.ts'
import type { DatabaseKind } from '../open-database.ts'
import { inTransaction } from '../retry-transaction.ts'
import type { IndexSchema } from '../schema.ts'
import { storable } from '../text.ts'
import { insertJobs } from './insert-jobs.ts'

const lostProblem = {
  code: 'processor_lost',
  message: `The program ended ${maxJobAttempts} times while it read this report, which is therefore left alone; its files are kept.`,
}

export function kyselyJobs(db: Kysely<IndexSchema>, kind: DatabaseKind, clock: () => number): Jobs {
  const due = (now: number) =>
    db
      .selectFrom('job')
      .select('report_id')
      .where('due_at', '<=', now)
      .where((eb) => eb.or([eb('lease_id', 'is', null), eb('leased_until', '<=', now)]))

  /** Of the new ones, whose place is 0, or of the others; each way the index on place and time gives them in their order. */
  const leaseSome = async (
    places: '=' | '>',
    limit: number,
    { now, leaseMs, leaseId }: { readonly now: number; readonly leaseMs: number; readonly leaseId: string },
  ): Promise<Job[]> => {
    const rows = await db
      .updateTable('job')
      .set({ lease_id: leaseId, leased_until: now + leaseMs, attempt: sql`attempt + 1`, again: 0 })
      .where(
        'report_id',
        'in',
        due(now)
          .where('place', places, 0)
          .orderBy('place')
          .orderBy('due_at')
          .orderBy('report_id')
          .limit(limit)
          .$if(kind === 'postgres', (query) => query.forUpdate().skipLocked()),
      )
      .returning(['report_id', 'attempt', 'due_at', 'place'])
      .execute()
    rows.sort((a, b) => a.place - b.place || a.due_at - b.due_at || (a.report_id < b.report_id ? -1 : 1))
    return rows.map((row): Job => ({ reportId: row.report_id, attempt: row.attempt, leaseId }))
  }

  return {
    add: (reportIds, options) => insertJobs(db, reportIds, clock() + (options?.delayMs ?? 0), options?.again === true ? 1 : 0),

    async lease(limit, leaseMs, options) {
      const now = clock()
      // An empty queue is asked for often: a reader looks first, so that nothing is written for nobody.
      if (limit < 1 || (await due(now).limit(1).executeTakeFirst()) === undefined) return []
      await giveUpLost(db, now)
      const kinds = options?.againFirst === true ? (['>', '='] as const) : (['=', '>'] as const)
      const leaseId = newId()
      const jobs: Job[] = []
      for (const kind of kinds)
        if (jobs.length < limit) jobs.push(...(await leaseSome(kind, limit - jobs.length, { now, leaseMs, leaseId })))
      return jobs
    },

    async renew(jobs, leaseMs) {
      for (const job of jobs) await ofLease(db.updateTable('job').set({ leased_until: clock() + leaseMs }), job).execute()
    },

    done: (job) =>
      inTransaction(db, async (trx) => {
        if (await runAgain(trx, job, clock())) return
        await ofLease(trx.deleteFrom('job'), job).execute()
      }),

    retry: (job, error) =>
      inTransaction(db, async (trx) => {
        if (await runAgain(trx, job, clock())) return true
        if (job.attempt >= maxJobAttempts) {
          await ofLease(trx.deleteFrom('job'), job).execute()
          return false
        }
        const dueAt = clock() + firstRetryDelayMs * 5 ** (job.attempt - 1)
        const free = { lease_id: null, leased_until: null, due_at: dueAt, last_error: storable(error, 1_000) ?? null }
        await ofLease(trx.updateTable('job').set(free), job).execute()
        return true
      }),

    async giveBack(job) {
      const free = { lease_id: null, leased_until: null, attempt: job.attempt - 1, due_at: clock() }
      await ofLease(db.updateTable('job').set(free), job).execute()
    },

    async depth() {
      const row = await db
        .selectFrom('job')
        .select([
          sql<number>`coalesce(sum(case when leased_until > ${clock()} then 1 else 0 end), 0)`.as('leased'),
          sql<number>`count(*)`.as('all'),
        ])
        .executeTakeFirstOrThrow()
      return { waiting: row.all - row.leased, leased: row.leased }
    },
  }
}

/** Somebody asked for the report while it was leased: it waits as if it were new. */
async function runAgain(trx: Transaction<IndexSchema>, job: Job, now: number): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('job')
    .set({ lease_id: null, leased_until: null, attempt: 0, again: 0, due_at: now })
    .where('report_id', '=', job.reportId)
    .where('lease_id', '=', job.leaseId)
    .where('again', '=', 1)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Only the lease that the caller still holds: after it ran out the job may be somebody else's. */
function ofLease<Query extends { where(column: 'report_id' | 'lease_id', is: '=', value: string): Query }>(query: Query, job: Job): Query {
  return query.where('report_id', '=', job.reportId).where('lease_id', '=', job.leaseId)
}

/** Reports that took the program along at each attempt: nobody came back to say so, only their leases ran out. */
async function giveUpLost(db: Kysely<IndexSchema>, now: number): Promise<void> {
  const lost = await db
    .selectFrom('job')
    .select('report_id')
    .where('attempt', '>=', maxJobAttempts)
    .where('lease_id', 'is not', null)
    .where('leased_until', '<=', now)
    .execute()
  for (const { report_id } of lost)
    await inTransaction(db, async (trx) => {
      const { numDeletedRows } = await trx
        .deleteFrom('job')
        .where('report_id', '=', report_id)
        .where('attempt', '>=', maxJobAttempts)
        .where('leased_until', '<=', now)
        .executeTakeFirst()
      if (numDeletedRows > 0n)
        await trx
          .updateTable('report')
          .set({ state: 'failed', problems: problemsText([lostProblem]) })
          .where('id', '=', report_id)
          .execute()
    })
}
