import { type Kysely, sql } from 'kysely'
import { newHashKey } from '../ledger/secrets.ts'
import type { Migration } from './migration.ts'

/** Settings of projects, and the key of each project's hashed fields. */
export const ledger002: Migration = {
  name: '002-project-settings',
  async up(db) {
    await addText(db, 'settings', '{}')
    await addText(db, 'hash_key', '')
    const { rows } = await sql<{ id: number }>`select id from project`.execute(db)
    for (const { id } of rows) await sql`update project set hash_key = ${newHashKey()} where id = ${id}`.execute(db)
  },
}

async function addText(db: Kysely<unknown>, column: string, value: string): Promise<void> {
  await db.schema
    .alterTable('project')
    .addColumn(column, 'text', (c) => c.notNull().defaultTo(value))
    .execute()
}
