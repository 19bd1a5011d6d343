import type { Migration } from './migration.ts'

/** From whom a refused upload came. */
export const index002: Migration = {
  name: '002-rejection-address',
  async up(db) {
    await db.schema.alterTable('rejection_sample').addColumn('address', 'text').execute()
  },
}
