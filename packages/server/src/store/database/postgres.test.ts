import { Kysely, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { testPostgresUrl } from '../../../../../test/postgres.ts'
import { postgresDialect } from './postgres.ts'

const url = testPostgresUrl()

describe.skipIf(url === undefined)(`PostgreSQL${url === undefined ? " (needs Debian's postgresql)" : ''}`, () => {
  it('ends a query that takes too long, and goes on', async () => {
    const db = new Kysely<unknown>({
      dialect: postgresDialect({ url: url ?? '', schema: 'public', connections: 1, statementTimeLimitMs: 2_000 }),
    })
    try {
      await expect(sql`select pg_sleep(30)`.execute(db)).rejects.toMatchObject({ code: 'query_timeout' })
      expect((await sql`select 1::bigint as small, 'x' as text, sum(2::bigint) as sum`.execute(db)).rows).toEqual([
        { small: 1, text: 'x', sum: 2 },
      ])
    } finally {
      await db.destroy()
    }
  })
})

it('says in one sentence that the database is away', async () => {
  const db = new Kysely<unknown>({
    dialect: postgresDialect({ url: 'postgres://x@127.0.0.1:1/x', schema: 'public', connections: 1, statementTimeLimitMs: 0 }),
  })
  await expect(sql`select 1`.execute(db)).rejects.toMatchObject({
    code: 'database_error',
    message: expect.stringContaining('ECONNREFUSED'),
  })
  await db.destroy()
})
