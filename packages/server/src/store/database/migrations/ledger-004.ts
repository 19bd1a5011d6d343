import type { Migration } from './migration.ts'

/** Debug files as they were uploaded, kept where a project wants to serve them to debuggers. */
export const ledger004: Migration = {
  name: '004-debug-originals',
  async up(db) {
    const { schema } = db
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
      .addPrimaryKeyConstraint('debug_original_pk', ['id', 'kind', 'name', 'scope'])
      .execute()
    await schema.createIndex('debug_original_sha256').on('debug_original').column('sha256').execute()
  },
}
