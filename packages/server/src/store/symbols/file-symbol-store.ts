import { type ModuleRecord, readModuleRecord, SymbolError } from '@crashkeep/symbols'
import { fileSource } from '@crashkeep/symbols/node'
import type { Kysely } from 'kysely'
import { moduleIdentity } from '../database/module-identity.ts'
import type { LedgerSchema } from '../database/schema.ts'
import { StoreError } from '../errors.ts'
import type { AddedSymbols, SymbolStore } from '../symbol-store.ts'
import { contentPath, isStored, takeOver } from './content-files.ts'
import { ofModule } from './of-module.ts'
import { preferSymbols } from './prefer-symbols.ts'
import { registerSymbols, replaceSymbols } from './register-symbols.ts'
import { storedSymbols, symbolList, symbolRows } from './symbol-list.ts'
import { symbolUsage } from './symbol-quota.ts'
import { removeContent, unusedSymbols } from './unused-symbols.ts'

/** Symbol files in a folder, named by their content; what they are for stands in the ledger. */
export function fileSymbolStore(o: {
  readonly db: Kysely<LedgerSchema>
  readonly folder: string
  readonly clock: () => number
}): SymbolStore {
  const { db, folder, clock } = o
  const list = symbolList(db)
  const unused = unusedSymbols(db, folder, clock)
  /** A full quota must not leave the file on the disk. */
  const removeRefused = async (error: unknown, sha256: string) => {
    if (error instanceof StoreError && error.code === 'symbol_quota') await removeContent(db, folder, sha256, Number.POSITIVE_INFINITY)
  }

  const held: SymbolStore['held'] = async (scope, module) => {
    const identity = moduleIdentity(module)
    if (identity === undefined) return undefined
    const row = await symbolRows(db)
      .where(ofModule('symbol', scope, identity))
      .executeTakeFirst()
    return row && { ...storedSymbols(row), path: contentPath(folder, row.sha256) }
  }

  return {
    ...list,
    ...unused,
    held,
    usage: (scope) => symbolUsage(db, scope),
    async add({ scope, path, sha256, size, by, contents, quota }): Promise<AddedSymbols> {
      const { record, identity } = readModule(path, sha256)
      await takeOver(path, contentPath(folder, sha256))
      try {
        const outcome = await registerSymbols(db, { scope, identity, record, sha256, size, by, contents, quota, at: clock() })
        return { debugFile: record.debugFile, debugId: record.debugId, sha256, size, outcome }
      } catch (error) {
        await removeRefused(error, sha256)
        throw error
      }
    },
    async replace({ scope, module, from, path, sha256, size, contents, by, quota }) {
      const { record, identity } = readModule(path, sha256)
      const wanted = moduleIdentity(module)
      if (wanted?.debug_file !== identity.debug_file || wanted.debug_id !== identity.debug_id) return false
      await takeOver(path, contentPath(folder, sha256))
      try {
        const replaced = await replaceSymbols(db, { scope, identity, record, sha256, size, by, contents, quota, at: clock() }, from)
        if (replaced) await removeContent(db, folder, from, Number.POSITIVE_INFINITY)
        return replaced
      } catch (error) {
        await removeRefused(error, sha256)
        throw error
      }
    },
    prefer: preferSymbols(db, clock),
    async findFile(projectId, module, sha256) {
      const { serving, aside } = await list.conflicts(projectId, module)
      if (![...serving, ...aside].some((file) => file.sha256 === sha256)) return undefined
      const path = contentPath(folder, sha256)
      return (await isStored(path)) ? path : undefined
    },
    async find(projectId, module) {
      const found = await list.describe(projectId, [module])
      const [stored] = found.values()
      if (stored === undefined) return undefined
      const path = contentPath(folder, stored.sha256)
      if (!(await isStored(path))) return undefined
      // Whoever asks wants the file; when it was asked for is worth no failure.
      await unused.markUsed([stored]).catch(() => undefined)
      return path
    },
  }
}

function readModule(path: string, sha256: string) {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new StoreError('bad_symbol_file', 'The SHA-256 of the upload is no SHA-256')
  const record = readRecord(path)
  const identity = moduleIdentity(record)
  if (identity === undefined) throw new StoreError('bad_symbol_file', 'The MODULE line names no module: its file name or id is empty')
  return { record, identity }
}

function readRecord(path: string): ModuleRecord {
  const source = fileSource(path)
  try {
    return readModuleRecord(source)
  } catch (error) {
    if (error instanceof SymbolError) throw new StoreError('bad_symbol_file', error.message, { cause: error })
    throw error
  } finally {
    source.close()
  }
}
