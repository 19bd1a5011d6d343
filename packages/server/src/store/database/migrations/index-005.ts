import type { Migration } from './migration.ts'

/** The place of a job in the queue: 0 for a new report, from 1 on for those that are processed again. */
export const index005: Migration = {
  name: '005-job-place',
  async up(db) {
    const { schema } = db
    await schema
      .alterTable('job')
      .addColumn('place', 'bigint', (c) => c.notNull().defaultTo(0))
      .execute()
    await schema.createIndex('job_place').on('job').columns(['place', 'due_at', 'report_id']).execute()
  },
}
