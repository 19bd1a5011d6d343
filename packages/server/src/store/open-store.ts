import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeFolder } from '../durable/durable-files.ts'
import { openFileBlobs } from './blobs/file-blobs.ts'
import { kyselyReportIndex } from './database/index/kysely-report-index.ts'
import { kyselyJobs } from './database/jobs/kysely-jobs.ts'
import { kyselyLedger } from './database/ledger/kysely-ledger.ts'
import { type Databases, openDatabases } from './database/open-database.ts'
import { StoreError } from './errors.ts'
import { firstStart } from './first-start.ts'
import { reportPrefix } from './report-file.ts'
import { copyTombstone, settle } from './settle.ts'
import { fileSourceMapStore } from './source-maps/file-source-map-store.ts'
import type { Store } from './store.ts'
import { fetchedSymbols } from './symbols/fetched-symbols.ts'
import { fileDebugOriginals } from './symbols/file-debug-originals.ts'
import { fileSymbolStore } from './symbols/file-symbol-store.ts'

export interface StoreOptions {
  /** Holds everything that is no database of its own: blobs, symbols, `tmp`, the admin token; made when it is missing. */
  readonly dataDir: string
  /** `postgres://…`; SQLite in the data folder when left out. */
  readonly databaseUrl?: string
  /** Folder of the blobs, as a path or a `file:` address; `blobs/` in the data folder when left out. */
  readonly blobsUrl?: string
  readonly clock?: () => number
}

export async function openStore({ dataDir, databaseUrl, blobsUrl, clock = Date.now }: StoreOptions): Promise<Store> {
  const blobsFolder = blobsUrl === undefined ? join(dataDir, 'blobs') : folderOf(blobsUrl)
  await makeFolder(dataDir)
  const databases = await openDatabases({ dataDir, url: databaseUrl, clock })
  try {
    return await assemble(databases, { dataDir, blobsFolder, clock })
  } catch (error) {
    await closeDatabases(databases)
    throw error
  }
}

async function assemble(
  databases: Databases,
  { dataDir, blobsFolder, clock }: { readonly dataDir: string; readonly blobsFolder: string; readonly clock: () => number },
): Promise<Store> {
  const ledger = kyselyLedger(databases.ledger.db, databases.ledger.kind, clock)
  const index = kyselyReportIndex(databases.index, clock)
  const jobs = kyselyJobs(databases.index.db, databases.index.kind, clock)
  const blobs = await openFileBlobs({ folder: blobsFolder, clock })
  const symbols = fileSymbolStore({ db: databases.ledger.db, folder: join(dataDir, 'symbols'), clock })
  const sourceMaps = fileSourceMapStore({ db: databases.ledger.db, folder: join(dataDir, 'symbols'), clock })
  const originals = fileDebugOriginals({ db: databases.ledger.db, folder: join(dataDir, 'symbols'), clock })
  const fetches = fetchedSymbols({ db: databases.index.db, folder: join(dataDir, 'symbols', 'fetched'), clock })
  await makeFolder(join(dataDir, 'symbols'))
  await firstStart(ledger, dataDir)
  // A program that was stopped between the two writes of setGroupState left the index behind.
  for (const group of await ledger.groups({ except: 'open' })) await index.setGroupState(group.id, group.state)

  return {
    ledger,
    index,
    jobs,
    blobs,
    symbols,
    sourceMaps,
    originals,
    fetches,
    settle: (report) => settle({ ledger, index, blobs, jobs }, report, clock()),
    async erase(reportId) {
      const row = await databases.index.db.selectFrom('report').select('dedupe_key').where('id', '=', reportId).executeTakeFirst()
      const aliases = (await index.find(reportId)).find(({ id }) => id === reportId)?.aliases ?? []
      const tombstone = copyTombstone(row?.dedupe_key)
      if (tombstone !== undefined) await ledger.addTombstone(tombstone)
      // Aliases, too: a copy that was merged into it, and the ids under which an import would bring it back.
      for (const id of [reportId, ...aliases]) await ledger.addTombstone(id)
      await index.removeReport(reportId)
      await blobs.removeAll(reportPrefix(reportId))
    },
    async setGroupState(groupId, state) {
      if (!(await ledger.setGroupState(groupId, state))) return false
      await index.setGroupState(groupId, state)
      return true
    },
    close: () => closeDatabases(databases),
  }
}

function folderOf(url: string): string {
  if (url.startsWith('file:')) return fileURLToPath(url)
  if (/^[a-z][a-z0-9+.-]*:/i.test(url))
    throw new StoreError('bad_blobs_url', `--blobs takes a folder, not ${url.slice(0, url.indexOf(':'))}`)
  return resolve(url)
}

async function closeDatabases({ ledger, index }: Databases): Promise<void> {
  await index.close()
  await ledger.close()
}
