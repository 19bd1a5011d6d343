import { type Kysely, sql } from 'kysely'
import type { LedgerSchema } from '../database/schema.ts'
import { StoreError } from '../errors.ts'
import type { SymbolQuota, SymbolUsage } from '../symbol-store.ts'
import { sharedScope } from './symbol-scope.ts'

/** Rows of a scope that hold a file: conflicts and source maps take room as well, and so do debug files that are kept. */
const holding = ['symbol', 'symbol_conflict', 'source_map', 'debug_original'] as const

export async function symbolUsage(db: Kysely<LedgerSchema>, scope: string): Promise<SymbolUsage> {
  let [files, bytes] = [0, 0]
  for (const table of holding) {
    const size = table === 'debug_original' ? 'debug_original.size' : 'symbol_file.size'
    const row = await db
      .selectFrom(table)
      .leftJoin('symbol_file', 'symbol_file.sha256', `${table}.sha256`)
      .select([sql<number>`count(*)`.as('files'), sql<number>`coalesce(sum(${sql.ref(size)}), 0)`.as('bytes')])
      .where(`${table}.scope`, '=', scope)
      .executeTakeFirstOrThrow()
    files += Number(row.files)
    bytes += Number(row.bytes)
  }
  return { files, bytes }
}

/** Asked inside the transaction that adds, with what it added: who comes too late is rolled back. */
export async function requireQuota(db: Kysely<LedgerSchema>, scope: string, quota: SymbolQuota | undefined): Promise<void> {
  if (quota === undefined || (quota.bytes === null && quota.files === null)) return
  const { files, bytes } = await symbolUsage(db, scope)
  const over =
    quota.files !== null && files > quota.files
      ? `${quota.files} files`
      : quota.bytes !== null && bytes > quota.bytes
        ? `${quota.bytes} bytes`
        : undefined
  if (over !== undefined)
    throw new StoreError(
      'symbol_quota',
      scope === sharedScope
        ? `The server may hold ${over} of symbols for every project and is full; raise --shared-symbols-bytes or let unused ones be removed`
        : `The project may hold ${over} of symbols and is full; raise its quota or let unused ones be removed`,
    )
}
