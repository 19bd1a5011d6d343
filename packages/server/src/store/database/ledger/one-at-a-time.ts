import { type Kysely, sql } from 'kysely'
import type { DatabaseKind } from '../open-database.ts'
import type { LedgerSchema } from '../schema.ts'

/** First half of PostgreSQL's lock number, so that no other program's lock is ours: "ckgr". */
const lockClass = 0x636b6772

/**
 * Runs pieces of work one after the other: in this process by a queue, and beside other processes on one PostgreSQL by a lock that ends with
 * its transaction, whatever ends the process. The queue comes first, so that no more than one connection waits. SQLite has one processor.
 */
export function oneAtATime(db: Kysely<LedgerSchema>, kind: DatabaseKind): <T>(projectId: number, work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (projectId, work) => {
    const locked = () =>
      db.transaction().execute(async (trx) => {
        await sql`select pg_advisory_xact_lock(${lockClass}, ${projectId})`.execute(trx)
        return work()
      })
    const turn = last.then(kind === 'postgres' ? locked : work)
    last = turn.catch(() => undefined)
    return turn
  }
}
