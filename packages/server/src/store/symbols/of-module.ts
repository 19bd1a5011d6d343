import { type Expression, expressionBuilder, type SqlBool } from 'kysely'
import type { moduleIdentity } from '../database/module-identity.ts'
import type { LedgerSchema } from '../database/schema.ts'

export type ModuleIdentity = NonNullable<ReturnType<typeof moduleIdentity>>

/** The row that serves a module in one scope, or those that were kept aside there. */
export function ofModule(
  table: 'symbol' | 'symbol_conflict',
  scope: string,
  { debug_file, debug_id }: ModuleIdentity,
): Expression<SqlBool> {
  return table === 'symbol'
    ? expressionBuilder<LedgerSchema, 'symbol'>().and({
        'symbol.scope': scope,
        'symbol.debug_file': debug_file,
        'symbol.debug_id': debug_id,
      })
    : expressionBuilder<LedgerSchema, 'symbol_conflict'>().and({
        'symbol_conflict.scope': scope,
        'symbol_conflict.debug_file': debug_file,
        'symbol_conflict.debug_id': debug_id,
      })
}
