import type { Migration } from './migration.ts'

/** Debuggers that have the program and not its debug id ask by the code id. */
export const ledger006: Migration = {
  name: '006-code-ids',
  async up(db) {
    await db.schema.createIndex('symbol_file_code_id').on('symbol_file').column('code_id').execute()
  },
}
