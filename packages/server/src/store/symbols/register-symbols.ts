import type { ModuleRecord } from '@crashkeep/symbols'
import type { Kysely } from 'kysely'
import { inTransaction } from '../database/retry-transaction.ts'
import type { LedgerSchema } from '../database/schema.ts'
import { storable } from '../database/text.ts'
import type { AddedSymbols, SymbolQuota } from '../symbol-store.ts'
import { type ModuleIdentity, ofModule } from './of-module.ts'
import { readContents, type SymbolContents } from './symbol-contents.ts'
import { requireQuota } from './symbol-quota.ts'

export interface Registration {
  readonly scope: string
  readonly identity: ModuleIdentity
  readonly record: ModuleRecord
  readonly sha256: string
  readonly size: number
  readonly by: string
  readonly at: number
  readonly contents?: SymbolContents | undefined
  readonly quota?: SymbolQuota | undefined
}

/** The first file for an id serves it; the same again changes nothing; a different one is kept aside and shown, since one of both is wrong. */
export function registerSymbols(db: Kysely<LedgerSchema>, registration: Registration): Promise<AddedSymbols['outcome']> {
  const { scope, identity, sha256, by, at, quota } = registration
  return inTransaction(db, async (trx) => {
    await insertSymbolFile(trx, registration)
    const row = { scope, ...identity, sha256, uploaded_at: at, uploaded_by: by }
    const stored = await trx
      .insertInto('symbol')
      .values(row)
      .onConflict((conflict) => conflict.columns(['scope', 'debug_file', 'debug_id']).doNothing())
      .returning('sha256')
      .executeTakeFirst()
    if (stored !== undefined) {
      await requireQuota(trx, scope, quota)
      return 'stored'
    }
    const held = await trx
      .selectFrom('symbol')
      .innerJoin('symbol_file', 'symbol_file.sha256', 'symbol.sha256')
      .select(['symbol.sha256', 'symbol_file.contents'])
      .where(ofModule('symbol', scope, identity))
      .executeTakeFirst()
    if (held?.sha256 === sha256 || readContents(held?.contents ?? null)?.madeOf?.includes(sha256)) return 'present'
    await trx
      .insertInto('symbol_conflict')
      .values(row)
      .onConflict((conflict) => conflict.columns(['scope', 'debug_file', 'debug_id', 'sha256']).doNothing())
      .execute()
    await requireQuota(trx, scope, quota)
    return 'conflict'
  })
}

/** A file that was put together takes the place of the one that it was made of; false when something else serves the module by now. */
export function replaceSymbols(db: Kysely<LedgerSchema>, registration: Registration, from: string): Promise<boolean> {
  const { scope, identity, sha256, by, at, quota } = registration
  return inTransaction(db, async (trx) => {
    await insertSymbolFile(trx, registration)
    const { numUpdatedRows } = await trx
      .updateTable('symbol')
      .set({ sha256, uploaded_at: at, uploaded_by: by })
      .where(ofModule('symbol', scope, identity))
      .where('sha256', '=', from)
      .executeTakeFirst()
    await requireQuota(trx, scope, quota)
    return numUpdatedRows > 0n
  })
}

async function insertSymbolFile(trx: Kysely<LedgerSchema>, { record, sha256, size, contents }: Registration): Promise<void> {
  await trx
    .insertInto('symbol_file')
    .values({
      sha256,
      size,
      os: storable(record.os) ?? null,
      cpu: storable(record.cpu) ?? null,
      code_file: storable(record.codeFile) ?? null,
      code_id: storable(record.codeId) ?? null,
      contents: contents === undefined ? null : JSON.stringify(contents),
    })
    .onConflict((conflict) =>
      contents === undefined
        ? conflict.column('sha256').doNothing()
        : conflict.column('sha256').doUpdateSet({ contents: JSON.stringify(contents) }),
    )
    .execute()
}
