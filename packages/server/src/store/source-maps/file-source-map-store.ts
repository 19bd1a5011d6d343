import { type Kysely, type Selectable, sql } from 'kysely'
import { inTransaction } from '../database/retry-transaction.ts'
import type { LedgerSchema, SourceMapTable } from '../database/schema.ts'
import { storable } from '../database/text.ts'
import { StoreError } from '../errors.ts'
import { type AskedScript, plainRelease, type SourceMapStore, type StoredSourceMap } from '../source-map-store.ts'
import { contentPath, isStored, takeOver } from '../symbols/content-files.ts'
import { requireQuota } from '../symbols/symbol-quota.ts'
import { projectSymbolScope, sharedScope } from '../symbols/symbol-scope.ts'
import { dayOf, removeContent } from '../symbols/unused-symbols.ts'
import { matchScript } from './match-script.ts'
import { scanSourceMap } from './scan-source-map.ts'

/** Maps of one leaf name that are compared: every release of a project that calls its script `main.js` has one. */
const maxCandidates = 200

export function fileSourceMapStore(o: {
  readonly db: Kysely<LedgerSchema>
  readonly folder: string
  readonly clock: () => number
}): SourceMapStore {
  const { db, folder, clock } = o

  const findRow = async (projectId: number, asked: AskedScript): Promise<Row | undefined> => {
    const debugId = storable(asked.debugId)
    if (debugId !== undefined) {
      const found = await visible(db, projectId).where('debug_id', '=', debugId).limit(1).executeTakeFirst()
      if (found !== undefined) return found
    }
    const path = storablePath(asked.path)
    if (path === undefined) return undefined
    const release = releaseKey(asked.release)
    const rows = await visible(db, projectId)
      .where('leaf', '=', leafOf(path))
      .where(sql`upper(release)`, 'in', [release, ''])
      .limit(maxCandidates)
      .execute()
    // The release's own before those for every release, the project's own before shared ones.
    for (const from of release === '' ? [''] : [release, ''])
      for (const scope of [projectSymbolScope(projectId), sharedScope]) {
        const found = matchScript(
          path,
          rows.filter((row) => row.release.toUpperCase() === from && row.scope === scope),
        )
        if (found !== undefined) return found
      }
    return undefined
  }

  const markUsed = async ({ scope, release, path, last_used_at }: Row) => {
    const today = dayOf(clock())
    if (last_used_at !== null && last_used_at >= today) return
    const rows = db.updateTable('source_map').set({ last_used_at: today }).where('scope', '=', scope)
    await rows.where('release', '=', release).where('path', '=', path).execute()
  }

  return {
    async add({ scope, path: file, sha256, size, by, release, script, debugId: told, quota }) {
      const path = storablePath(script)
      if (path === undefined) throw new StoreError('bad_source_map', 'The name of the script that the map is for is missing')
      const debugId = (await scanSourceMap(file)).debugId ?? told
      await takeOver(file, contentPath(folder, sha256))
      const kept = storable(plainRelease(release)) ?? ''
      const row = { scope, release: kept, path, leaf: leafOf(path), debug_id: debugId ?? '', sha256, uploaded_at: clock(), uploaded_by: by }
      let replaced: string | undefined
      const register = async (trx: Kysely<LedgerSchema>) => {
        await trx
          .insertInto('symbol_file')
          .values({ sha256, size, os: null, cpu: null, code_file: null, code_id: null })
          .onConflict((conflict) => conflict.column('sha256').doNothing())
          .execute()
        const before = await trx
          .selectFrom('source_map')
          .select('sha256')
          .where('scope', '=', scope)
          .where('release', '=', kept)
          .where('path', '=', path)
          .executeTakeFirst()
        if (before?.sha256 === sha256) return 'present' as const
        await trx
          .insertInto('source_map')
          .values(row)
          .onConflict((conflict) =>
            conflict.columns(['scope', 'release', 'path']).doUpdateSet({
              sha256,
              debug_id: row.debug_id,
              uploaded_at: row.uploaded_at,
              uploaded_by: by,
            }),
          )
          .execute()
        await requireQuota(trx, scope, quota)
        replaced = before?.sha256
        return before === undefined ? ('stored' as const) : ('replaced' as const)
      }
      const outcome = await inTransaction(db, register).catch(async (error: unknown) => {
        // A full quota must not leave the file on the disk.
        if (error instanceof StoreError && error.code === 'symbol_quota') await removeContent(db, folder, sha256, Number.POSITIVE_INFINITY)
        throw error
      })
      if (replaced !== undefined) await removeContent(db, folder, replaced, Number.POSITIVE_INFINITY)
      return { script: path, release: kept === '' ? undefined : kept, debugId, sha256, size, outcome }
    },

    async find(projectId, script) {
      const row = await findRow(projectId, script)
      if (row === undefined) return undefined
      const path = contentPath(folder, row.sha256)
      if (!(await isStored(path))) return undefined
      // Whoever asks wants the file; when it was asked for is worth no failure.
      await markUsed(row).catch(() => undefined)
      return path
    },

    async held(scope, maps) {
      const keys = new Set<string>()
      for (let from = 0; from < maps.length; from += maxCandidates) {
        const hashes = maps.slice(from, from + maxCandidates).map(({ sha256 }) => sha256)
        const rows = await db
          .selectFrom('source_map')
          .select(['release', 'path', 'sha256'])
          .where('scope', '=', scope)
          .where('sha256', 'in', hashes)
          .execute()
        for (const { release, path, sha256 } of rows) keys.add(JSON.stringify([release, path, sha256]))
      }
      return maps.map(({ script, release, sha256 }) =>
        keys.has(JSON.stringify([storable(plainRelease(release)) ?? '', storablePath(script), sha256])),
      )
    },

    async describe(projectId, scripts) {
      const found: (StoredSourceMap | undefined)[] = []
      for (const script of scripts) {
        const row = await findRow(projectId, script)
        found.push(row && storedSourceMap(row))
      }
      return found
    },
  }
}

type Row = Selectable<SourceMapTable> & { readonly size: number }

function visible(db: Kysely<LedgerSchema>, projectId: number) {
  return (
    db
      .selectFrom('source_map')
      .innerJoin('symbol_file', 'symbol_file.sha256', 'source_map.sha256')
      .selectAll('source_map')
      .select('symbol_file.size')
      .where('scope', 'in', [projectSymbolScope(projectId), sharedScope])
      // `project:…` before `shared`, then the newest.
      .orderBy('scope')
      .orderBy(sql`uploaded_at desc`)
  )
}

/** Its end tells one script from another. */
function storablePath(path: string): string | undefined {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.' && segment !== '..')
  let kept = segments.join('/')
  while (kept.length > maxPathLength && kept.includes('/')) kept = kept.slice(kept.indexOf('/') + 1)
  return storable(kept, maxPathLength)
}

const maxPathLength = 256

/** Reports know releases in capitals only, as they know all ids of modules. */
function releaseKey(release: string | undefined): string {
  return (storable(plainRelease(release)) ?? '').toUpperCase()
}

function leafOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function storedSourceMap(row: Row): StoredSourceMap {
  return {
    scope: row.scope,
    script: row.path,
    release: row.release === '' ? undefined : row.release,
    debugId: row.debug_id === '' ? undefined : row.debug_id,
    sha256: row.sha256,
    size: row.size,
    uploadedAt: row.uploaded_at,
  }
}
