import type { Migration } from './migration.ts'

/** Sessions per UTC day and release, for crash-free rates. */
export const index006: Migration = {
  name: '006-sessions',
  async up(db) {
    await db.schema
      .createTable('session_count')
      .addColumn('project_id', 'bigint', (c) => c.notNull())
      .addColumn('day', 'bigint', (c) => c.notNull())
      .addColumn('release', 'text', (c) => c.notNull())
      .addColumn('started', 'bigint', (c) => c.notNull())
      .addColumn('errored', 'bigint', (c) => c.notNull())
      .addColumn('crashed', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('session_count_pk', ['project_id', 'day', 'release'])
      .execute()
  },
}
