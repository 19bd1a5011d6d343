import { type ModuleRecord, readModuleRecord, SymbolError } from '@crashkeep/symbols'
import { fileSource } from '@crashkeep/symbols/node'
import type { Kysely } from 'kysely'
import { moduleIdentity } from '../database/module-identity.ts'
import type { LedgerSchema } from '../database/schema.ts'
import { StoreError } from '../errors.ts'
import type { AddedSymbols, SymbolStore } from '../symbol-store.ts'
import { contentPath, isStored, takeOver } from './content-files.ts'
import { registerSymbols } from './register-symbols.ts'
import { symbolList } from './symbol-list.ts'

/** Symbol files in a folder, named by their content; what they are for stands in the ledger. */
export function fileSymbolStore(o: {
  readonly db: Kysely<LedgerSchema>
  readonly folder: string
  readonly clock: () => number
}): SymbolStore {
  const { db, folder, clock } = o
  const list = symbolList(db)

  return {
    ...list,
    async add({ scope, path, sha256, size, by }): Promise<AddedSymbols> {
      if (!/^[0-9a-f]{64}$/.test(sha256)) throw new StoreError('bad_symbol_file', 'The SHA-256 of the upload is no SHA-256')
      const record = readRecord(path)
      const identity = moduleIdentity(record)
      if (identity === undefined) throw new StoreError('bad_symbol_file', 'The MODULE line names no module: its file name or id is empty')
      await takeOver(path, contentPath(folder, sha256))
      const outcome = await registerSymbols(db, { scope, identity, record, sha256, size, by, at: clock() })
      return { debugFile: record.debugFile, debugId: record.debugId, sha256, size, outcome }
    },
    async find(projectId, module) {
      const found = await list.describe(projectId, [module])
      const [stored] = found.values()
      if (stored === undefined) return undefined
      const path = contentPath(folder, stored.sha256)
      return (await isStored(path)) ? path : undefined
    },
  }
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
