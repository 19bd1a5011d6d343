import { type Kysely, type Selectable, sql } from 'kysely'
import { moduleIdentity } from '../database/module-identity.ts'
import { inTransaction } from '../database/retry-transaction.ts'
import type { DebugOriginalTable, LedgerSchema } from '../database/schema.ts'
import { storable } from '../database/text.ts'
import type { DebugOriginals, OriginalKind } from '../debug-originals.ts'
import { StoreError } from '../errors.ts'
import { maxModuleText } from '../limits.ts'
import { contentPath, isStored, takeOver } from './content-files.ts'
import { ofModule } from './of-module.ts'
import { readContents } from './symbol-contents.ts'
import { requireQuota } from './symbol-quota.ts'
import { dayOf, removeContent } from './unused-symbols.ts'

/** Files that claim one id, among which the one of the serving symbols is looked for: as many as conflicts are shown. */
const maxCandidates = 100

export function fileDebugOriginals(o: {
  readonly db: Kysely<LedgerSchema>
  readonly folder: string
  readonly clock: () => number
}): DebugOriginals {
  const { db, folder, clock } = o
  return {
    async add({ scope, kinds, id, name, path, sha256, size, by, quota, made }) {
      const storedName = storable(name, maxModuleText) ?? ''
      const identity = made && moduleIdentity(made)
      const rows = kinds.map((kind) => ({
        ...{ scope, kind, id: idOf(kind, id), name: storedName, sha256, size },
        ...{ uploaded_at: clock(), uploaded_by: by },
        ...{ debug_file: identity?.debug_file ?? null, debug_id: identity?.debug_id ?? null, made: made?.sha256 ?? null },
      }))
      if (rows.length === 0 || id === '') return
      await takeOver(path, contentPath(folder, sha256))
      try {
        await inTransaction(db, async (trx) => {
          for (const row of rows) await addOne(trx, row)
          await requireQuota(trx, scope, quota)
        })
      } finally {
        // Refused by the quota, or there was another one: then no row names it.
        await removeContent(db, folder, sha256, Number.POSITIVE_INFINITY)
      }
    },

    async find(scopes, { kind, id, name }) {
      if (scopes.length === 0) return undefined
      let query = db
        .selectFrom('debug_original')
        .selectAll()
        .where('id', '=', idOf(kind, id))
        .where('kind', '=', kind)
        .where('scope', 'in', [...scopes])
      if (name !== undefined) query = query.where(sql<string>`lower(name)`, '=', name.toLowerCase())
      const rows = await query.orderBy('uploaded_at').orderBy('sha256').limit(maxCandidates).execute()
      for (const scope of scopes)
        for (const row of await servingFirst(
          db,
          rows.filter((each) => each.scope === scope),
        )) {
          const path = contentPath(folder, row.sha256)
          if (!(await isStored(path))) continue
          await markAsked(db, row, dayOf(clock()))
          return { path, name: row.name, sha256: row.sha256, size: row.size }
        }
      return undefined
    },
  }
}

type Original = Selectable<DebugOriginalTable>

/** Of what makes no symbols the first file stays: two of them cannot be told apart later. */
async function addOne(trx: Kysely<LedgerSchema>, row: Omit<Original, 'last_used_at'>): Promise<void> {
  const { id, kind, name, scope, made } = row
  const stored = trx
    .selectFrom('debug_original')
    .select('sha256')
    .where((eb) => eb.and({ id, kind, name, scope }))
  if (made === null && (await stored.limit(1).executeTakeFirst()) !== undefined) return
  await trx
    .insertInto('debug_original')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['id', 'kind', 'name', 'scope', 'sha256']).doUpdateSet({ made, debug_file: row.debug_file, debug_id: row.debug_id }),
    )
    .execute()
}

/** Of several files of one id the one whose symbols serve the module, then the older ones. */
async function servingFirst(db: Kysely<LedgerSchema>, rows: readonly Original[]): Promise<readonly Original[]> {
  if (rows.length < 2) return rows
  for (const row of rows) if (await isServing(db, row)) return [row, ...rows.filter((other) => other !== row)]
  return rows
}

async function isServing(db: Kysely<LedgerSchema>, { scope, debug_file, debug_id, made }: Original): Promise<boolean> {
  if (debug_file === null || debug_id === null || made === null) return false
  const serving = await db
    .selectFrom('symbol')
    .innerJoin('symbol_file', 'symbol_file.sha256', 'symbol.sha256')
    .select(['symbol.sha256', 'symbol_file.contents'])
    .where(ofModule('symbol', scope, { debug_file, debug_id }))
    .executeTakeFirst()
  return serving !== undefined && (serving.sha256 === made || readContents(serving.contents)?.madeOf?.includes(made) === true)
}

async function markAsked(db: Kysely<LedgerSchema>, { sha256, scope, last_used_at }: Original, day: number): Promise<void> {
  if (last_used_at !== null && last_used_at >= day) return
  await db
    .updateTable('debug_original')
    .set({ last_used_at: day })
    .where((eb) => eb.and({ sha256, scope }))
    .execute()
}

function idOf(kind: OriginalKind, id: string): string {
  if (!/^[0-9a-f]{1,128}$/i.test(id)) throw new StoreError('bad_symbol_file', 'The id of a debug file has other than hexadecimal digits')
  return kind === 'pdb' || kind === 'pe' ? id.toUpperCase() : id.toLowerCase()
}
