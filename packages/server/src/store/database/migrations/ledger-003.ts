import type { Migration } from './migration.ts'

/** Source maps. Release and debug id are '' where there is none: they belong to keys. */
export const ledger003: Migration = {
  name: '003-source-maps',
  async up(db) {
    const { schema } = db
    await schema
      .createTable('source_map')
      .addColumn('scope', 'text', (c) => c.notNull())
      .addColumn('release', 'text', (c) => c.notNull())
      .addColumn('path', 'text', (c) => c.notNull())
      .addColumn('leaf', 'text', (c) => c.notNull())
      .addColumn('debug_id', 'text', (c) => c.notNull())
      .addColumn('sha256', 'text', (c) => c.notNull().references('symbol_file.sha256'))
      .addColumn('uploaded_at', 'bigint', (c) => c.notNull())
      .addColumn('uploaded_by', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('source_map_pk', ['scope', 'release', 'path'])
      .execute()
    await schema.createIndex('source_map_leaf').on('source_map').columns(['leaf', 'release']).execute()
    await schema.createIndex('source_map_debug_id').on('source_map').column('debug_id').where('debug_id', '!=', '').execute()
  },
}
