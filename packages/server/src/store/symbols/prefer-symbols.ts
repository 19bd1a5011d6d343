import type { Kysely } from 'kysely'
import { moduleIdentity } from '../database/module-identity.ts'
import { inTransaction } from '../database/retry-transaction.ts'
import type { LedgerSchema } from '../database/schema.ts'
import type { SymbolStore } from '../symbol-store.ts'
import { type ModuleIdentity, ofModule } from './of-module.ts'

/** Somebody else changed what serves the module meanwhile; then it is looked at again. */
const maxRaces = 5

type Prefer = SymbolStore['prefer']
type Preferred = Awaited<ReturnType<Prefer>>

/**
 * A file that was kept aside and the one that serves the module change places. All stay, so that the choice can be taken back, and the same file
 * uploaded again stays aside. What is aside by then is settled; a file that differs from all of them asks anew.
 */
export function preferSymbols(db: Kysely<LedgerSchema>, clock: () => number): Prefer {
  return async (scope, module, sha256, by) => {
    const identity = moduleIdentity(module)
    if (identity === undefined) return 'unknown'
    for (let race = 0; race < maxRaces; race += 1) {
      const outcome = await inTransaction(db, async (trx) => {
        const changed = await changePlaces(trx, scope, identity, sha256)
        if (changed !== 'changed' && changed !== 'unchanged') return changed
        const settling = trx
          .updateTable('symbol_conflict')
          .set({ settled_at: clock(), settled_by: by })
          .where(ofModule('symbol_conflict', scope, identity))
        const { numUpdatedRows } = await (changed === 'changed' ? settling : settling.where('settled_at', 'is', null)).executeTakeFirst()
        return changed === 'unchanged' && numUpdatedRows > 0n ? 'confirmed' : changed
      })
      if (outcome !== 'raced') return outcome
    }
    throw new Error('What serves the module changes all the time')
  }
}

async function changePlaces(
  trx: Kysely<LedgerSchema>,
  scope: string,
  identity: ModuleIdentity,
  sha256: string,
): Promise<Exclude<Preferred, 'confirmed'> | 'raced'> {
  const isServing = ofModule('symbol', scope, identity)
  const isAside = ofModule('symbol_conflict', scope, identity)
  const serving = await trx.selectFrom('symbol').selectAll().where(isServing).executeTakeFirst()
  if (serving?.sha256 === sha256) return 'unchanged'
  const chosen = await trx
    .selectFrom('symbol_conflict')
    .select(['sha256', 'uploaded_at', 'uploaded_by'])
    .where(isAside)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  if (serving === undefined || chosen === undefined) return 'unknown'
  const { last_used_at, ...aside } = serving
  const { numUpdatedRows } = await trx
    .updateTable('symbol')
    // When reports last needed the module is the module's, not the file's: no clean-up must take the chosen one for its age.
    .set({ ...chosen, last_used_at: last_used_at ?? serving.uploaded_at })
    .where(isServing)
    .where('sha256', '=', serving.sha256)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return 'raced'
  await trx.deleteFrom('symbol_conflict').where(isAside).where('sha256', '=', sha256).execute()
  await trx
    .insertInto('symbol_conflict')
    .values(aside)
    .onConflict((conflict) => conflict.columns(['scope', 'debug_file', 'debug_id', 'sha256']).doNothing())
    .execute()
  return 'changed'
}
