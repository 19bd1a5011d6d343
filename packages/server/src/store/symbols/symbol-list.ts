import { type Kysely, sql } from 'kysely'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { pageSize } from '../database/index/cursor.ts'
import { moduleIdentity } from '../database/module-identity.ts'
import type { LedgerSchema } from '../database/schema.ts'
import { StoreError } from '../errors.ts'
import { maxConflictsShown, maxPageSize } from '../limits.ts'
import type { ModuleName, StoredSymbols, SymbolConflict, SymbolStore } from '../symbol-store.ts'
import { readContents } from './symbol-contents.ts'
import { projectSymbolScope, sharedScope } from './symbol-scope.ts'

/** Modules in one question to the database. */
const maxModulesTogether = 200

/** Modules with one code id: one per scope. */
const maxModulesOfCode = 100

export function symbolList(db: Kysely<LedgerSchema>): Pick<SymbolStore, 'byCode' | 'describe' | 'list' | 'conflicts'> {
  return {
    async describe(projectId, modules) {
      const found = new Map<string, StoredSymbols>()
      for (let from = 0; from < modules.length; from += maxModulesTogether) {
        const some = modules.slice(from, from + maxModulesTogether)
        const identities = some.map(moduleIdentity).filter((identity) => identity !== undefined)
        if (identities.length === 0) continue
        const rows = await visible(db, projectId)
          .where(
            'symbol.debug_file',
            'in',
            identities.map(({ debug_file }) => debug_file),
          )
          .where(
            'symbol.debug_id',
            'in',
            identities.map(({ debug_id }) => debug_id),
          )
          // `shared` comes after `project:…`, and what is set last stays.
          .orderBy('symbol.scope', 'desc')
          .execute()
        const byIdentity = new Map(rows.map((row) => [`${row.debug_file}\n${row.debug_id}`, storedSymbols(row)]))
        for (const module of some) {
          const identity = moduleIdentity(module)
          const symbols = identity && byIdentity.get(`${identity.debug_file}\n${identity.debug_id}`)
          if (symbols !== undefined) found.set(`${module.debugFile}/${module.debugId}`, symbols)
        }
      }
      return found
    },

    async byCode(codeFile, codeId) {
      const rows = await db
        .selectFrom('symbol_file')
        .innerJoin('symbol', 'symbol.sha256', 'symbol_file.sha256')
        .select(['symbol.debug_file', 'symbol.debug_id', 'symbol_file.code_file'])
        .where('symbol_file.code_id', '=', codeId.toLowerCase())
        .limit(maxModulesOfCode)
        .execute()
      // Of ELF no code file is written down: there it is the debug file.
      const isNamed = (name: string) => name.toLowerCase() === codeFile.toLowerCase()
      return rows
        .filter((row) => isNamed(row.code_file ?? row.debug_file))
        .map((row) => ({ debugFile: row.debug_file, debugId: row.debug_id }))
    },

    async list({ projectId, conflictsOnly = false, cursor, limit }) {
      const size = pageSize(limit, maxPageSize)
      let rows = visible(db, projectId)
      if (conflictsOnly) rows = rows.where(({ exists }) => exists(asideOf(db).select('symbol_conflict.sha256')))
      if (cursor !== undefined) {
        const [file = '', id = '', scope = ''] = readCursor(cursor)
        rows = rows.where((eb) => eb(eb.refTuple('symbol.debug_file', 'symbol.debug_id', 'symbol.scope'), '>', eb.tuple(file, id, scope)))
      }
      const found = await rows
        .orderBy('symbol.debug_file')
        .orderBy('symbol.debug_id')
        .orderBy('symbol.scope')
        .limit(size + 1)
        .execute()
      const page = found.slice(0, size)
      const last = page.at(-1)
      const next = found.length > size && last !== undefined ? writeCursor([last.debug_file, last.debug_id, last.scope]) : undefined
      return { items: page.map(storedSymbols), next }
    },

    async conflicts(projectId, module) {
      const [serving, aside] = await Promise.all([
        filesOf(db, 'symbol', projectId, module),
        filesOf(db, 'symbol_conflict', projectId, module),
      ])
      return { serving: serving.sort((a, b) => (a.scope < b.scope ? -1 : 1)), aside }
    },
  }
}

async function filesOf(
  db: Kysely<LedgerSchema>,
  table: 'symbol' | 'symbol_conflict',
  projectId: number,
  module: ModuleName,
): Promise<SymbolConflict[]> {
  const identity = moduleIdentity(module)
  if (identity === undefined) return []
  const rows = await db
    .selectFrom(table)
    .innerJoin('symbol_file', 'symbol_file.sha256', `${table}.sha256`)
    .select([`${table}.scope`, `${table}.sha256`, `${table}.uploaded_at`, `${table}.uploaded_by`])
    .select(['symbol_file.size', 'symbol_file.contents'])
    .select([ofConflict<number>(table, 'settled_at').as('settled_at'), ofConflict<string>(table, 'settled_by').as('settled_by')])
    .where('scope', 'in', [projectSymbolScope(projectId), sharedScope])
    .where('debug_file', '=', identity.debug_file)
    .where('debug_id', '=', identity.debug_id)
    .orderBy('uploaded_at')
    .orderBy(`${table}.sha256`)
    .limit(maxConflictsShown)
    .execute()
  return rows.map((row) => ({
    scope: row.scope,
    sha256: row.sha256,
    size: row.size,
    uploadedAt: row.uploaded_at,
    uploadedBy: row.uploaded_by,
    contents: readContents(row.contents),
    settledAt: row.settled_at ?? undefined,
    settledBy: row.settled_by ?? undefined,
  }))
}

/** What serves has no such column. */
function ofConflict<T>(table: 'symbol' | 'symbol_conflict', column: 'settled_at' | 'settled_by') {
  return table === 'symbol' ? sql<T | null>`null` : sql<T | null>`${sql.ref(`symbol_conflict.${column}`)}`
}

function visible(db: Kysely<LedgerSchema>, projectId: number) {
  return symbolRows(db).where('symbol.scope', 'in', [projectSymbolScope(projectId), sharedScope])
}

export function symbolRows(db: Kysely<LedgerSchema>) {
  return db
    .selectFrom('symbol')
    .innerJoin('symbol_file', 'symbol_file.sha256', 'symbol.sha256')
    .select(['symbol.scope', 'symbol.debug_file', 'symbol.debug_id', 'symbol.sha256', 'symbol.uploaded_at', 'symbol.last_used_at'])
    .select([
      'symbol_file.size',
      'symbol_file.os',
      'symbol_file.cpu',
      'symbol_file.code_file',
      'symbol_file.code_id',
      'symbol_file.contents',
    ])
    .select(asideOf(db).where('symbol_conflict.settled_at', 'is', null).select(sql<number>`count(*)`.as('count')).as('conflicts'))
    .select(asideOf(db).where('symbol_conflict.settled_at', 'is not', null).select(sql<number>`count(*)`.as('count')).as('settled'))
}

/** Of the row of `symbol` around it. */
function asideOf(db: Kysely<LedgerSchema>) {
  return db
    .selectFrom('symbol_conflict')
    .where('symbol_conflict.scope', '=', sql.ref<string>('symbol.scope'))
    .where('symbol_conflict.debug_file', '=', sql.ref<string>('symbol.debug_file'))
    .where('symbol_conflict.debug_id', '=', sql.ref<string>('symbol.debug_id'))
}

type VisibleRow = Awaited<ReturnType<ReturnType<typeof visible>['execute']>>[number]

export function storedSymbols(row: VisibleRow): StoredSymbols {
  return {
    scope: row.scope,
    debugFile: row.debug_file,
    debugId: row.debug_id,
    codeFile: row.code_file ?? undefined,
    codeId: row.code_id ?? undefined,
    sha256: row.sha256,
    size: row.size,
    uploadedAt: row.uploaded_at,
    os: row.os ?? undefined,
    cpu: row.cpu ?? undefined,
    conflicts: row.conflicts ?? 0,
    settled: row.settled ?? 0,
    contents: readContents(row.contents),
    lastUsedAt: row.last_used_at ?? undefined,
  }
}

const Cursor = Type.Array(Type.String(), { minItems: 3, maxItems: 3 })

function writeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function readCursor(cursor: string): string[] {
  try {
    return Value.Parse(Cursor, JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (cause) {
    throw new StoreError('bad_cursor', 'The cursor is not one of this list; start again without it', { cause })
  }
}
