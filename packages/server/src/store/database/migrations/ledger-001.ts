import { sql } from 'kysely'
import { type Migration, numberColumn } from './migration.ts'

/** Projects, keys, tokens, sessions, groups, tombstones, symbols, audit. */
export const ledger001: Migration = {
  name: '001-ledger',
  async up(db, kind) {
    const { schema } = db
    await numberColumn(schema.createTable('project'), kind, 'id')
      .addColumn('slug', 'text', (c) => c.notNull().unique())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .execute()
    await schema
      .createTable('project_key')
      .addColumn('key', 'text', (c) => c.primaryKey())
      .addColumn('project_id', 'bigint', (c) => c.notNull().references('project.id'))
      .addColumn('label', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('revoked_at', 'bigint')
      .execute()
    await schema
      .createTable('token')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('scopes', 'text', (c) => c.notNull())
      .addColumn('projects', 'text')
      .addColumn('secret_hash', 'text', (c) => c.notNull().unique())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .execute()
    await schema
      .createTable('session')
      .addColumn('secret_hash', 'text', (c) => c.primaryKey())
      .addColumn('token_id', 'text', (c) => c.notNull().references('token.id'))
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .execute()
    await schema
      .createTable('triage_group')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('project_id', 'bigint', (c) => c.notNull().references('project.id'))
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .execute()
    await schema
      .createTable('fingerprint')
      .addColumn('project_id', 'bigint', (c) => c.notNull())
      .addColumn('rules_version', 'bigint', (c) => c.notNull())
      .addColumn('signature_hash', 'text', (c) => c.notNull())
      .addColumn('signature', 'text', (c) => c.notNull())
      .addColumn('group_id', 'text', (c) => c.notNull().references('triage_group.id'))
      .addPrimaryKeyConstraint('fingerprint_pk', ['project_id', 'rules_version', 'signature_hash'])
      .execute()
    await schema.createIndex('fingerprint_group').on('fingerprint').column('group_id').execute()
    await schema
      .createTable('tombstone')
      .addColumn('report_id', 'text', (c) => c.primaryKey())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .execute()
    await schema
      .createTable('symbol_file')
      .addColumn('sha256', 'text', (c) => c.primaryKey())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('os', 'text')
      .addColumn('cpu', 'text')
      .addColumn('code_file', 'text')
      .addColumn('code_id', 'text')
      .execute()
    for (const [table, key] of [
      ['symbol', ['scope', 'debug_file', 'debug_id']],
      ['symbol_conflict', ['scope', 'debug_file', 'debug_id', 'sha256']],
    ] as const) {
      await schema
        .createTable(table)
        .addColumn('scope', 'text', (c) => c.notNull())
        .addColumn('debug_file', 'text', (c) => c.notNull())
        .addColumn('debug_id', 'text', (c) => c.notNull())
        .addColumn('sha256', 'text', (c) => c.notNull().references('symbol_file.sha256'))
        .addColumn('uploaded_at', 'bigint', (c) => c.notNull())
        .addColumn('uploaded_by', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint(`${table}_pk`, [...key])
        .execute()
    }
    await schema.createIndex('symbol_by_module').on('symbol').columns(['debug_file', 'debug_id']).execute()
    await numberColumn(schema.createTable('audit'), kind, 'id')
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('action', 'text', (c) => c.notNull())
      .addColumn('target', 'text', (c) => c.notNull())
      .execute()
    await sql`create index audit_at on audit (at)`.execute(db)
  },
}
