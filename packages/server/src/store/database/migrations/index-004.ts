import type { Migration } from './migration.ts'

/**
 * Symbols from elsewhere. `symbol_answer`: what each source answered for a module, so that nobody is asked twice; `symbol_want`: the modules
 * that still have to be asked for, one row for all reports of a project that wait.
 */
export const index004: Migration = {
  name: '004-symbol-sources',
  async up(db) {
    const { schema } = db
    await schema
      .createTable('symbol_answer')
      .addColumn('source', 'text', (c) => c.notNull())
      .addColumn('debug_file', 'text', (c) => c.notNull())
      .addColumn('debug_id', 'text', (c) => c.notNull())
      .addColumn('outcome', 'text', (c) => c.notNull())
      .addColumn('detail', 'text')
      .addColumn('place', 'text')
      .addColumn('sha256', 'text')
      .addColumn('size', 'bigint', (c) => c.notNull().defaultTo(0))
      .addColumn('asked_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('used_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('symbol_answer_pk', ['debug_file', 'debug_id', 'source'])
      .execute()
    for (const column of ['used_at', 'expires_at', 'sha256'])
      await schema.createIndex(`symbol_answer_${column}`).on('symbol_answer').column(column).execute()
    await schema
      .createTable('symbol_want')
      .addColumn('project_id', 'bigint', (c) => c.notNull())
      .addColumn('debug_file', 'text', (c) => c.notNull())
      .addColumn('debug_id', 'text', (c) => c.notNull())
      .addColumn('code_file', 'text')
      .addColumn('code_id', 'text')
      .addColumn('wanted_at', 'bigint', (c) => c.notNull())
      .addColumn('due_at', 'bigint', (c) => c.notNull())
      .addColumn('attempt', 'bigint', (c) => c.notNull().defaultTo(0))
      .addColumn('leased_until', 'bigint')
      .addPrimaryKeyConstraint('symbol_want_pk', ['project_id', 'debug_file', 'debug_id'])
      .execute()
    await schema.createIndex('symbol_want_due').on('symbol_want').column('due_at').execute()
  },
}
