import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { StoreError } from '../errors.ts'
import { queryTimeLimitMs } from '../limits.ts'
import { indexMigrations, ledgerMigrations, migrate } from './migrations/migrate.ts'
import type { Migration } from './migrations/migration.ts'
import type { IndexSchema, LedgerSchema } from './schema.ts'
import { sqliteDialect } from './sqlite/sqlite-dialect.ts'

export type DatabaseKind = 'sqlite' | 'postgres'

/**
 * One database with two ways in: `db` for everything short, `scan` for searches that may read a million rows, on threads or connections of their
 * own, so that any number of them leaves the short queries alone.
 */
export interface Database<Schema> {
  readonly kind: DatabaseKind
  readonly db: Kysely<Schema>
  readonly scan: Kysely<Schema>
  close(): Promise<void>
}

export interface Databases {
  readonly ledger: Database<LedgerSchema>
  readonly index: Database<IndexSchema>
}

/** Each thread takes 10 MB. The ledger is small, and what is asked of it short. */
const readers = { ledger: 1, index: 2 } as const
const scanners = 1
const postgresConnections = 6
const postgresScanners = 2

/** Without `url` two SQLite files in the data folder; with `postgres://…` two schemas there. Brings both to the newest shape. */
export async function openDatabases(o: {
  readonly dataDir: string
  readonly url: string | undefined
  readonly clock: () => number
}): Promise<Databases> {
  const ledger = await openDatabase<LedgerSchema>('ledger', o, ledgerMigrations)
  try {
    return { ledger, index: await openDatabase<IndexSchema>('index', o, indexMigrations) }
  } catch (error) {
    await ledger.close()
    throw error
  }
}

async function openDatabase<Schema>(
  name: 'ledger' | 'index',
  { dataDir, url, clock }: { readonly dataDir: string; readonly url: string | undefined; readonly clock: () => number },
  migrations: readonly Migration[],
): Promise<Database<Schema>> {
  if (url === undefined) {
    await mkdir(dataDir, { recursive: true })
    return openSqlite(join(dataDir, `${name}.db`), readers[name], migrations, clock)
  }
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new StoreError('bad_database_url', '--database takes postgres://USER@HOST/NAME; leave it out for SQLite in the data folder')
  return openPostgres(url, `crashkeep_${name}`, migrations, clock)
}

async function openSqlite<Schema>(
  path: string,
  readers: number,
  migrations: readonly Migration[],
  clock: () => number,
): Promise<Database<Schema>> {
  const db = new Kysely<Schema>({ dialect: sqliteDialect({ path, writes: true, readers, readTimeLimitMs: queryTimeLimitMs }) })
  try {
    await migrate(db as Kysely<unknown>, 'sqlite', migrations, clock())
  } catch (error) {
    await db.destroy()
    throw error
  }
  const scan = new Kysely<Schema>({ dialect: sqliteDialect({ path, writes: false, readers: scanners, readTimeLimitMs: queryTimeLimitMs }) })
  return { kind: 'sqlite', db, scan, close: () => closeAll(scan, db) }
}

async function openPostgres<Schema>(
  url: string,
  schema: string,
  migrations: readonly Migration[],
  clock: () => number,
): Promise<Database<Schema>> {
  // Loaded when it is used: the driver is ten megabytes that a server with SQLite does not need.
  const { postgresDialect } = await import('./postgres.ts')
  // A migration may take longer than a query should.
  const first = new Kysely<unknown>({ dialect: postgresDialect({ url, schema, connections: 1, statementTimeLimitMs: 0 }) })
  try {
    await createSchema(first, schema)
    await migrate(first, 'postgres', migrations, clock())
  } finally {
    await first.destroy()
  }
  const open = (connections: number) =>
    new Kysely<Schema>({ dialect: postgresDialect({ url, schema, connections, statementTimeLimitMs: queryTimeLimitMs }) })
  const db = open(postgresConnections)
  const scan = open(postgresScanners)
  return { kind: 'postgres', db, scan, close: () => closeAll(scan, db) }
}

async function createSchema(db: Kysely<unknown>, schema: string): Promise<void> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(db)
  if (rows.length === 0) await sql`create schema if not exists ${sql.id(schema)}`.execute(db)
}

async function closeAll(...all: readonly { destroy(): Promise<void> }[]): Promise<void> {
  for (const one of all) await one.destroy()
}
