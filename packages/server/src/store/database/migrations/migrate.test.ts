import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, testPostgresUrl } from '../../../../../../test/postgres.ts'
import type { DatabaseKind } from '../open-database.ts'
import { postgresDialect } from '../postgres.ts'
import { sqliteDialect } from '../sqlite/sqlite-dialect.ts'
import { ledgerMigrations, migrate } from './migrate.ts'

const url = testPostgresUrl()
const databases: { kind: DatabaseKind; title: string; skipped: boolean }[] = [
  { kind: 'sqlite', title: 'on SQLite', skipped: false },
  {
    kind: 'postgres',
    title: url === undefined ? "on PostgreSQL (needs Debian's postgresql)" : 'on PostgreSQL',
    skipped: url === undefined,
  },
]

for (const { kind, title, skipped } of databases)
  describe.skipIf(skipped)(`migrations, ${title}`, () => {
    let folder = ''
    let db: Kysely<unknown>
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'crashkeep-migrate-'))
      db = new Kysely({
        dialect:
          kind === 'sqlite'
            ? sqliteDialect({ path: join(folder, 'x.db'), writes: true, readers: 1, readTimeLimitMs: 1_000 })
            : postgresDialect({
                url: await createTestDatabase(url ?? '', `t${randomBytes(8).toString('hex')}`),
                schema: 'public',
                connections: 2,
                statementTimeLimitMs: 0,
              }),
      })
    })
    afterEach(async () => {
      await db.destroy()
      await rm(folder, { recursive: true, force: true })
    })
    const tables = async () => (await db.introspection.getTables()).map(({ name }) => name)

    it('runs each step once', async () => {
      await Promise.all([migrate(db, kind, ledgerMigrations, 1), migrate(db, kind, ledgerMigrations, 2)])
      expect(await tables()).toContain('tombstone')
      expect((await sql`select name from migration`.execute(db)).rows).toEqual(ledgerMigrations.map(({ name }) => ({ name })))
    })

    it('keeps the debug files of a ledger in which each id had one', async () => {
      const before = ledgerMigrations.slice(
        0,
        ledgerMigrations.findIndex(({ name }) => name === '007-settled-conflicts'),
      )
      await migrate(db, kind, before, 1)
      await sql`insert into debug_original (scope, kind, id, name, sha256, size, uploaded_at, uploaded_by)
        values ('project:1', 'pe', 'ABC', 'app.exe', ${'a'.repeat(64)}, 7, 1, 'ci')`.execute(db)
      await migrate(db, kind, ledgerMigrations, 2)
      const { rows } = await sql<{ id: string; made: string | null }>`select id, made from debug_original`.execute(db)
      expect(rows).toEqual([{ id: 'ABC', made: null }])
    })

    it('leaves nothing of a step that failed', async () => {
      const failing = {
        name: '998-x',
        async up(on: Kysely<unknown>) {
          await on.schema.createTable('half').addColumn('x', 'text').execute()
          throw new Error('interrupted')
        },
      }
      await expect(migrate(db, kind, [...ledgerMigrations, failing], 1)).rejects.toThrow('interrupted')
      expect(await tables()).not.toContain('half')
      expect(await tables()).not.toContain('tombstone')
    })

    it('refuses a database of a newer version', async () => {
      await migrate(db, kind, [...ledgerMigrations, { name: '999-future', up: async () => {} }], 1)
      await expect(migrate(db, kind, ledgerMigrations, 1)).rejects.toMatchObject({ code: 'database_newer' })
    })
  })
