import { type Kysely, sql } from 'kysely'
import { StoreError } from '../../errors.ts'
import type { DatabaseKind } from '../open-database.ts'
import { index001 } from './index-001.ts'
import { index002 } from './index-002.ts'
import { index003 } from './index-003.ts'
import { index004 } from './index-004.ts'
import { index005 } from './index-005.ts'
import { index006 } from './index-006.ts'
import { ledger001 } from './ledger-001.ts'
import { ledger002 } from './ledger-002.ts'
import { ledger003 } from './ledger-003.ts'
import { ledger004 } from './ledger-004.ts'
import { ledger005 } from './ledger-005.ts'
import { ledger006 } from './ledger-006.ts'
import { ledger007 } from './ledger-007.ts'
import type { Migration } from './migration.ts'

export const ledgerMigrations: readonly Migration[] = [ledger001, ledger002, ledger003, ledger004, ledger005, ledger006, ledger007]
export const indexMigrations: readonly Migration[] = [index001, index002, index003, index004, index005, index006]

/** Any fixed number: programs that open the same PostgreSQL database at the same time take turns by it. */
const migrationLock = 7_264_190_551

/**
 * Brings a database to the newest shape in one transaction: a power cut in the middle leaves the old one. Refuses a database that a newer
 * Crashkeep has already changed.
 */
export async function migrate(db: Kysely<unknown>, kind: DatabaseKind, migrations: readonly Migration[], now: number): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(migrationLock)})`.execute(trx)
    await sql`create table if not exists migration (name text primary key, at bigint not null)`.execute(trx)
    const { rows } = await sql<{ name: string }>`select name from migration`.execute(trx)
    const done = new Set(rows.map((row) => row.name))
    for (const migration of migrations) {
      if (done.delete(migration.name)) continue
      await migration.up(trx, kind)
      await sql`insert into migration (name, at) values (${migration.name}, ${now})`.execute(trx)
    }
    const [unknown] = done
    if (unknown !== undefined)
      throw new StoreError(
        'database_newer',
        `The database has the step ${unknown} of a newer Crashkeep; start that version or restore a backup`,
      )
  })
}
