import { type Kysely, sql } from 'kysely'
import type { LedgerSchema } from '../database/schema.ts'
import { StoreError } from '../errors.ts'
import type { SymbolQuota, SymbolUsage } from '../symbol-store.ts'
import { sharedScope } from './symbol-scope.ts'

/** Rows of a scope that hold a file: conflicts and source maps take room as well. */
const holding = ['symbol', 'symbol_conflict', 'source_map'] as const

export async function symbolUsage(db: Kysely<LedgerSchema>, scope: string): Promise<SymbolUsage> {
  const sums = () => [sql<number>`count(*)`.as('files'), sql<number>`coalesce(sum(size), 0)`.as('bytes')] as const
  const rows = [await db.selectFrom(onceEach(db, scope)).select(sums()).executeTakeFirstOrThrow()]
  for (const table of holding)
    rows.push(
      await db
        .selectFrom(table)
        .leftJoin('symbol_file', 'symbol_file.sha256', `${table}.sha256`)
        .select(sums())
        .where(`${table}.scope`, '=', scope)
        .executeTakeFirstOrThrow(),
    )
  return {
    files: rows.reduce((sum, { files }) => sum + Number(files), 0),
    bytes: rows.reduce((sum, { bytes }) => sum + Number(bytes), 0),
  }
}

/** Debug files that are kept: one that is both program and debug file lies there once. */
function onceEach(db: Kysely<LedgerSchema>, scope: string) {
  return db.selectFrom('debug_original').select(['sha256', 'size']).distinct().where('scope', '=', scope).as('original')
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
