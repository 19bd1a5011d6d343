import { type Kysely, sql } from 'kysely'
import type { Migration } from './migration.ts'

/** A person's word on files that claim one id, and which debug file made which symbols, so that debuggers get the one that was chosen. */
export const ledger007: Migration = {
  name: '007-settled-conflicts',
  async up(db) {
    await db.schema.alterTable('symbol_conflict').addColumn('settled_at', 'bigint').execute()
    await db.schema.alterTable('symbol_conflict').addColumn('settled_by', 'text').execute()
    await keepSeveralOriginals(db)
  },
}

/** A primary key cannot be changed in SQLite: the table is made anew. */
async function keepSeveralOriginals(db: Kysely<unknown>): Promise<void> {
  const { schema } = db
  await schema.alterTable('debug_original').renameTo('debug_original_before').execute()
  await schema.dropIndex('debug_original_sha256').execute()
  await schema
    .createTable('debug_original')
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('uploaded_at', 'bigint', (c) => c.notNull())
    .addColumn('uploaded_by', 'text', (c) => c.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('debug_file', 'text')
    .addColumn('debug_id', 'text')
    .addColumn('made', 'text')
    .addPrimaryKeyConstraint('debug_original_key', ['id', 'kind', 'name', 'scope', 'sha256'])
    .execute()
  const columns = sql.raw('scope, kind, id, name, sha256, size, uploaded_at, uploaded_by, last_used_at')
  await sql`insert into debug_original (${columns}) select ${columns} from debug_original_before`.execute(db)
  await schema.dropTable('debug_original_before').execute()
  await schema.createIndex('debug_original_sha256').on('debug_original').column('sha256').execute()
}
