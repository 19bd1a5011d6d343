import type { Migration } from './migration.ts'

/** When symbols were last needed, what a symbol file says (functions, ways to unwind), and what clean-ups took away. */
export const ledger005: Migration = {
  name: '005-symbol-use',
  async up(db) {
    const { schema } = db
    for (const table of ['symbol', 'source_map', 'debug_original'])
      await schema.alterTable(table).addColumn('last_used_at', 'bigint').execute()
    await schema.alterTable('symbol_file').addColumn('contents', 'text').execute()
    for (const table of ['symbol', 'symbol_conflict', 'source_map'])
      await schema.createIndex(`${table}_content`).on(table).column('sha256').execute()
    await schema
      .createTable('symbol_cleanup')
      .addColumn('scope', 'text', (c) => c.primaryKey())
      .addColumn('files', 'bigint', (c) => c.notNull())
      .addColumn('bytes', 'bigint', (c) => c.notNull())
      .addColumn('last_at', 'bigint', (c) => c.notNull())
      .execute()
  },
}
