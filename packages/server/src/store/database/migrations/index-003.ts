import type { Migration } from './migration.ts'

/**
 * What browsers' reports tell (a page's kind, the browser, whether anybody looked), and the deaths that became one report: several documents
 * of one process, the same death told twice, one session that dies again and again.
 */
export const index003: Migration = {
  name: '003-browser-reports',
  async up(db) {
    const { schema } = db
    for (const column of ['route', 'browser', 'visibility', 'frame']) await schema.alterTable('report').addColumn(column, 'text').execute()
    await schema
      .alterTable('report')
      .addColumn('occurrences', 'bigint', (c) => c.notNull().defaultTo(1))
      .execute()
    await schema
      .createTable('browser_death')
      .addColumn('document_id', 'text', (c) => c.primaryKey())
      .addColumn('report_n', 'bigint', (c) => c.notNull().references('report.n').onDelete('cascade'))
      .addColumn('project_id', 'bigint', (c) => c.notNull())
      .addColumn('session', 'text', (c) => c.notNull())
      .addColumn('page', 'text')
      .addColumn('agent', 'text', (c) => c.notNull())
      .addColumn('what', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('told_later', 'integer', (c) => c.notNull())
      .addColumn('dedupe_key', 'text')
      .execute()
    await schema.createIndex('browser_death_session').on('browser_death').columns(['session', 'project_id', 'at']).execute()
    await schema.createIndex('browser_death_report').on('browser_death').column('report_n').execute()
  },
}
