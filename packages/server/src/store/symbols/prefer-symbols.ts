import type { Kysely } from 'kysely'
import { moduleIdentity } from '../database/module-identity.ts'
import { inTransaction } from '../database/retry-transaction.ts'
import type { LedgerSchema } from '../database/schema.ts'
import type { SymbolStore } from '../symbol-store.ts'

/** Somebody else changed what serves the module meanwhile; then it is looked at again. */
const maxRaces = 5

/**
 * A file that was kept aside and the one that serves the module change places. Both stay, so that the choice can be taken back, and the same file
 * uploaded again stays aside.
 */
export function preferSymbols(db: Kysely<LedgerSchema>): SymbolStore['prefer'] {
  return async (scope, module, sha256) => {
    for (let race = 0; race < maxRaces; race += 1) {
      const outcome = await inTransaction(db, (trx) => changePlaces(trx, scope, module, sha256))
      if (outcome !== 'raced') return outcome
    }
    throw new Error('What serves the module changes all the time')
  }
}

async function changePlaces(
  trx: Kysely<LedgerSchema>,
  scope: string,
  module: Parameters<SymbolStore['prefer']>[1],
  sha256: string,
): Promise<'changed' | 'unchanged' | 'unknown' | 'raced'> {
  const identity = moduleIdentity(module)
  if (identity === undefined) return 'unknown'
  const serving = await trx
    .selectFrom('symbol')
    .selectAll()
    .where('scope', '=', scope)
    .where('debug_file', '=', identity.debug_file)
    .where('debug_id', '=', identity.debug_id)
    .executeTakeFirst()
  if (serving?.sha256 === sha256) return 'unchanged'
  const chosen = await trx
    .selectFrom('symbol_conflict')
    .selectAll()
    .where('scope', '=', scope)
    .where('debug_file', '=', identity.debug_file)
    .where('debug_id', '=', identity.debug_id)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  if (serving === undefined || chosen === undefined) return 'unknown'
  const { last_used_at, ...aside } = serving
  const { numUpdatedRows } = await trx
    .updateTable('symbol')
    // When reports last needed the module is the module's, not the file's: no clean-up must take the chosen one for its age.
    .set({ ...chosen, last_used_at: last_used_at ?? serving.uploaded_at })
    .where('scope', '=', scope)
    .where('debug_file', '=', identity.debug_file)
    .where('debug_id', '=', identity.debug_id)
    .where('sha256', '=', serving.sha256)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return 'raced'
  await trx
    .deleteFrom('symbol_conflict')
    .where('scope', '=', scope)
    .where('debug_file', '=', identity.debug_file)
    .where('debug_id', '=', identity.debug_id)
    .where('sha256', '=', sha256)
    .execute()
  await trx
    .insertInto('symbol_conflict')
    .values(aside)
    .onConflict((conflict) => conflict.columns(['scope', 'debug_file', 'debug_id', 'sha256']).doNothing())
    .execute()
  return 'changed'
}
