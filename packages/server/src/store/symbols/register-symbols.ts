import type { ModuleRecord } from '@crashkeep/symbols'
import type { Kysely } from 'kysely'
import type { moduleIdentity } from '../database/module-identity.ts'
import { inTransaction } from '../database/retry-transaction.ts'
import type { LedgerSchema } from '../database/schema.ts'
import { storable } from '../database/text.ts'
import type { AddedSymbols } from '../symbol-store.ts'

export interface Registration {
  readonly scope: string
  readonly identity: NonNullable<ReturnType<typeof moduleIdentity>>
  readonly record: ModuleRecord
  readonly sha256: string
  readonly size: number
  readonly by: string
  readonly at: number
}

/** The first file for an id serves it; the same again changes nothing; a different one is kept aside and shown, since one of both is wrong. */
export function registerSymbols(db: Kysely<LedgerSchema>, registration: Registration): Promise<AddedSymbols['outcome']> {
  const { scope, identity, record, sha256, size, by, at } = registration
  return inTransaction(db, async (trx) => {
    await trx
      .insertInto('symbol_file')
      .values({
        sha256,
        size,
        os: storable(record.os) ?? null,
        cpu: storable(record.cpu) ?? null,
        code_file: storable(record.codeFile) ?? null,
        code_id: storable(record.codeId) ?? null,
      })
      .onConflict((conflict) => conflict.column('sha256').doNothing())
      .execute()
    const row = { scope, ...identity, sha256, uploaded_at: at, uploaded_by: by }
    const stored = await trx
      .insertInto('symbol')
      .values(row)
      .onConflict((conflict) => conflict.columns(['scope', 'debug_file', 'debug_id']).doNothing())
      .returning('sha256')
      .executeTakeFirst()
    if (stored !== undefined) return 'stored'
    const held = await trx
      .selectFrom('symbol')
      .select('sha256')
      .where('scope', '=', scope)
      .where('debug_file', '=', identity.debug_file)
      .where('debug_id', '=', identity.debug_id)
      .executeTakeFirst()
    if (held?.sha256 === sha256) return 'present'
    await trx
      .insertInto('symbol_conflict')
      .values(row)
      .onConflict((conflict) => conflict.columns(['scope', 'debug_file', 'debug_id', 'sha256']).doNothing())
      .execute()
    return 'conflict'
  })
}
