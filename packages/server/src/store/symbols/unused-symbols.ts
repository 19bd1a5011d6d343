import { rm, stat } from 'node:fs/promises'
import { type Kysely, sql } from 'kysely'
import { inTransaction } from '../database/retry-transaction.ts'
import type { LedgerSchema } from '../database/schema.ts'
import type { SymbolStore, SymbolUsage } from '../symbol-store.ts'
import { contentPath } from './content-files.ts'
import { ofModule } from './of-module.ts'

type UnusedSymbols = Pick<SymbolStore, 'markUsed' | 'removeUnused' | 'removed'>

const dayMs = 24 * 3600_000
/** Rows that one statement removes. */
const maxTogether = 200
/** A file that was put down so recently may belong to an upload that has not registered it yet, in another process. */
const freshMs = 3600_000

/** Symbols that reports needed, and the end of those that none has needed for long. Tables that tell when a file was used: */
const used = ['symbol', 'source_map', 'debug_original'] as const
/** All tables that may hold a file. */
const holding = [...used, 'symbol_conflict'] as const

/** Uses are written down once a day. */
export function dayOf(now: number): number {
  return Math.floor(now / dayMs) * dayMs
}

export function unusedSymbols(db: Kysely<LedgerSchema>, folder: string, clock: () => number): UnusedSymbols {
  return {
    async markUsed(symbols) {
      const day = dayOf(clock())
      for (const { scope, debugFile, debugId, lastUsedAt } of symbols) {
        if (lastUsedAt !== undefined && lastUsedAt >= day) continue
        await db
          .updateTable('symbol')
          .set({ last_used_at: day })
          .where(ofModule('symbol', scope, { debug_file: debugFile, debug_id: debugId }))
          .execute()
      }
    },

    async removeUnused(scope, before) {
      let [files, bytes] = [0, 0]
      for (const table of used)
        for (;;) {
          const removed = await removeSome(db, folder, { table, scope, before, now: clock() })
          files += removed.files
          bytes += removed.bytes
          if (removed.files < maxTogether) break
        }
      return { files, bytes }
    },

    async removed(scope) {
      const sums = db
        .selectFrom('symbol_cleanup')
        .select(({ fn }) => [fn.sum<number>('files').as('files'), fn.sum<number>('bytes').as('bytes'), fn.max('last_at').as('last_at')])
      const row = await (scope === undefined ? sums : sums.where('scope', '=', scope)).executeTakeFirst()
      return row === undefined || row.last_at === null
        ? undefined
        : { files: Number(row.files), bytes: Number(row.bytes), lastAt: Number(row.last_at) }
    },
  }
}

interface Unused {
  readonly table: (typeof used)[number]
  readonly scope: string
  readonly before: number
  readonly now: number
}

/** Rows first, in one transaction with their count; then the files that no row of any scope names any more. */
async function removeSome(db: Kysely<LedgerSchema>, folder: string, { table, scope, before, now }: Unused): Promise<SymbolUsage> {
  const removed = await inTransaction(db, async (trx) => {
    const rows = await trx
      .selectFrom(table)
      .leftJoin('symbol_file', 'symbol_file.sha256', `${table}.sha256`)
      .select([
        `${table}.sha256`,
        sql<number>`coalesce(${sql.ref(table === 'debug_original' ? 'debug_original.size' : 'symbol_file.size')}, 0)`.as('size'),
      ])
      .where(`${table}.scope`, '=', scope)
      .where(sql<number>`coalesce(last_used_at, uploaded_at)`, '<', before)
      .where(`${table}.uploaded_at`, '<', before)
      .limit(maxTogether)
      .execute()
    if (rows.length === 0) return []
    const hashes = rows.map(({ sha256 }) => sha256)
    const conflicts = table === 'symbol' ? await conflictsOf(trx, scope, hashes) : []
    await trx
      .deleteFrom(table)
      .where('scope', '=', scope)
      .where('sha256', 'in', hashes)
      .where(sql<number>`coalesce(last_used_at, uploaded_at)`, '<', before)
      .execute()
    const all = [...rows, ...conflicts]
    const bytes = all.reduce((sum, { size }) => sum + size, 0)
    await trx
      .insertInto('symbol_cleanup')
      .values({ scope, files: all.length, bytes, last_at: now })
      .onConflict((conflict) =>
        conflict.column('scope').doUpdateSet({
          files: sql`symbol_cleanup.files + excluded.files`,
          bytes: sql`symbol_cleanup.bytes + excluded.bytes`,
          last_at: now,
        }),
      )
      .execute()
    return all
  })
  for (const { sha256 } of removed) await removeContent(db, folder, sha256, now)
  return { files: removed.length, bytes: removed.reduce((sum, { size }) => sum + size, 0) }
}

/** What was kept aside for a module goes with the file that served it. */
async function conflictsOf(trx: Kysely<LedgerSchema>, scope: string, hashes: readonly string[]) {
  const rows = await trx
    .selectFrom('symbol_conflict')
    .innerJoin('symbol', (join) =>
      join
        .onRef('symbol.scope', '=', 'symbol_conflict.scope')
        .onRef('symbol.debug_file', '=', 'symbol_conflict.debug_file')
        .onRef('symbol.debug_id', '=', 'symbol_conflict.debug_id'),
    )
    .innerJoin('symbol_file', 'symbol_file.sha256', 'symbol_conflict.sha256')
    .select(['symbol_conflict.debug_file', 'symbol_conflict.debug_id', 'symbol_conflict.sha256', 'symbol_file.size'])
    .where('symbol.scope', '=', scope)
    .where('symbol.sha256', 'in', [...hashes])
    .execute()
  for (const row of rows)
    await trx
      .deleteFrom('symbol_conflict')
      .where(ofModule('symbol_conflict', scope, row))
      .execute()
  return rows
}

/** The file, unless some row still names it or it was touched just now. The ledger forgets it first: a file without a row is only litter. */
export async function removeContent(db: Kysely<LedgerSchema>, folder: string, sha256: string, now: number): Promise<void> {
  const path = contentPath(folder, sha256)
  const touched = await stat(path).catch(() => undefined)
  if (touched !== undefined && now - touched.mtimeMs < freshMs) return
  const gone = await inTransaction(db, async (trx) => {
    for (const table of holding)
      if ((await trx.selectFrom(table).select('sha256').where('sha256', '=', sha256).limit(1).executeTakeFirst()) !== undefined)
        return false
    await trx.deleteFrom('symbol_file').where('sha256', '=', sha256).execute()
    return true
  })
  if (gone) for (const each of [path, `${path}.index`]) await rm(each, { force: true })
}
