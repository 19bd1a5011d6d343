import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sqliteDialect } from './sqlite-dialect.ts'

interface Schema {
  thing: { id: number; text: string | null }
}

let folder = ''
let db: Kysely<Schema>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crashkeep-sqlite-'))
  db = open({ readers: 2, readTimeLimitMs: 120_000 })
  await sql`create table thing (id integer primary key, text text) strict`.execute(db)
})
afterEach(async () => {
  await db.destroy()
  await rm(folder, { recursive: true, force: true })
})

const open = (o: { readers: number; readTimeLimitMs: number }) =>
  new Kysely<Schema>({ dialect: sqliteDialect({ path: join(folder, 'test.db'), writes: true, ...o }) })

/** Counts to `rows` in the reader, which ends it early only when it is told to. */
const slowQuery = (on: Kysely<Schema>, rows: number) =>
  on
    .selectFrom(
      sql<{
        n: number
      }>`(with recursive counted (n) as (select 1 union all select n + 1 from counted where n < ${rows}) select n from counted)`.as(
        'counted',
      ),
    )
    .select(sql<number>`count(*)`.as('count'))
    .where(sql<boolean>`((n & 4095) <> 0 or still_wanted())`)
    .executeTakeFirstOrThrow()

it('writes and reads while a slow query runs', async () => {
  let isFirst = false
  // Where a disk is slow and a processor quick, the query has to be a longer one.
  for (let rows = 3_000_000; !isFirst && rows < 1_000_000_000; rows *= 10) {
    let isSlow = true
    const running = slowQuery(db, rows).finally(() => {
      isSlow = false
    })
    await db.insertInto('thing').values({ id: rows, text: 'x' }).execute()
    expect(await db.selectFrom('thing').selectAll().where('id', '=', rows).execute()).toEqual([{ id: rows, text: 'x' }])
    isFirst = isSlow
    expect((await running).count).toBe(rows)
  }
  expect(isFirst).toBe(true)
})

it('ends a query that takes too long, and the next one finds a thread', async () => {
  // The limit holds for the start of the next thread too.
  const quick = open({ readers: 1, readTimeLimitMs: 5_000 })
  try {
    await expect(slowQuery(quick, 100_000_000_000)).rejects.toMatchObject({ code: 'query_timeout' })
    expect(await quick.selectFrom('thing').selectAll().execute()).toEqual([])
  } finally {
    await quick.destroy()
  }
})

it('shows nothing of a transaction before it ends, and all of it afterwards', async () => {
  await db.transaction().execute(async (trx) => {
    await trx.insertInto('thing').values({ id: 1, text: null }).execute()
    expect(await trx.selectFrom('thing').select('id').execute()).toHaveLength(1)
    expect(await db.selectFrom('thing').select('id').execute()).toHaveLength(0)
  })
  expect(await db.selectFrom('thing').select('id').execute()).toHaveLength(1)
})

it('undoes a transaction that fails, and goes on', async () => {
  const failing = db.transaction().execute(async (trx) => {
    await trx.insertInto('thing').values({ id: 1, text: null }).execute()
    await trx.insertInto('thing').values({ id: 1, text: 'twice' }).execute()
  })
  await expect(failing).rejects.toMatchObject({ code: 'database_error' })
  expect(await db.selectFrom('thing').select('id').execute()).toEqual([])
  await db.insertInto('thing').values({ id: 1, text: null }).execute()
})

it('runs one transaction after the other', async () => {
  const add = () =>
    db.transaction().execute(async (trx) => {
      const { count } = await trx.selectFrom('thing').select(sql<number>`count(*)`.as('count')).executeTakeFirstOrThrow()
      await trx
        .insertInto('thing')
        .values({ id: count + 1, text: null })
        .execute()
    })
  await Promise.all(Array.from({ length: 20 }, add))
  expect(await db.selectFrom('thing').select('id').execute()).toHaveLength(20)
})

it('returns numbers as numbers, and those that no number holds as bigints', async () => {
  await db
    .insertInto('thing')
    .values({ id: 2 ** 53 - 1, text: null })
    .execute()
  const row = await db
    .selectFrom('thing')
    .select(['id', sql<bigint>`9223372036854775807`.as('large')])
    .executeTakeFirst()
  expect(row).toEqual({ id: 2 ** 53 - 1, large: 9223372036854775807n })
})

it('says how many rows a change met', async () => {
  await db
    .insertInto('thing')
    .values([1, 2, 3].map((id) => ({ id, text: null })))
    .execute()
  const { numDeletedRows } = await db.deleteFrom('thing').where('id', '>', 1).executeTakeFirst()
  expect(numDeletedRows).toBe(2n)
})

it('says in one sentence that a file is no database', async () => {
  const bad = new Kysely<Schema>({ dialect: sqliteDialect({ path: folder, writes: true, readers: 1, readTimeLimitMs: 100 }) })
  await expect(bad.selectFrom('thing').selectAll().execute()).rejects.toMatchObject({
    code: 'database_error',
    message: expect.stringContaining(folder),
  })
})
