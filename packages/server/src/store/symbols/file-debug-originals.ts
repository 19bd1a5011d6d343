import { type Kysely, sql } from 'kysely'
import { inTransaction } from '../database/retry-transaction.ts'
import type { LedgerSchema } from '../database/schema.ts'
import { storable } from '../database/text.ts'
import type { DebugOriginals, OriginalKind } from '../debug-originals.ts'
import { StoreError } from '../errors.ts'
import { maxModuleText } from '../limits.ts'
import { contentPath, isStored, takeOver } from './content-files.ts'
import { requireQuota } from './symbol-quota.ts'
import { removeContent } from './unused-symbols.ts'

const dayMs = 24 * 3600_000

export function fileDebugOriginals(o: {
  readonly db: Kysely<LedgerSchema>
  readonly folder: string
  readonly clock: () => number
}): DebugOriginals {
  const { db, folder, clock } = o
  return {
    async add({ scope, kinds, id, name, path, sha256, size, by, quota }) {
      const storedName = storable(name, maxModuleText) ?? ''
      const rows = kinds.map((kind) => ({
        ...{ scope, kind, id: idOf(kind, id), name: storedName, sha256, size },
        ...{ uploaded_at: clock(), uploaded_by: by },
      }))
      if (rows.length === 0 || id === '') return
      await takeOver(path, contentPath(folder, sha256))
      try {
        await inTransaction(db, async (trx) => {
          await trx
            .insertInto('debug_original')
            .values(rows)
            .onConflict((conflict) => conflict.columns(['id', 'kind', 'name', 'scope']).doNothing())
            .execute()
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
        .select(['scope', 'name', 'sha256', 'size', 'last_used_at'])
        .where('id', '=', idOf(kind, id))
        .where('kind', '=', kind)
        .where('scope', 'in', [...scopes])
      if (name !== undefined) query = query.where(sql<string>`lower(name)`, '=', name.toLowerCase())
      const rows = await query.execute()
      rows.sort((a, b) => scopes.indexOf(a.scope) - scopes.indexOf(b.scope))
      for (const { scope, name: stored, sha256, size, last_used_at } of rows) {
        const path = contentPath(folder, sha256)
        if (!(await isStored(path))) continue
        const day = Math.floor(clock() / dayMs) * dayMs
        if (last_used_at === null || last_used_at < day)
          await db
            .updateTable('debug_original')
            .set({ last_used_at: day })
            .where('sha256', '=', sha256)
            .where('scope', '=', scope)
            .execute()
        return { path, name: stored, sha256, size }
      }
      return undefined
    },
  }
}

function idOf(kind: OriginalKind, id: string): string {
  if (!/^[0-9a-f]{1,128}$/i.test(id)) throw new StoreError('bad_symbol_file', 'The id of a debug file has other than hexadecimal digits')
  return kind === 'pdb' || kind === 'pe' ? id.toUpperCase() : id.toLowerCase()
}
