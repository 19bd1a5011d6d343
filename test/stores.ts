/** Stores for tests: every store test runs on each database that there is. */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe } from 'vitest'
import type { Submission, SubmittedFile } from '../packages/server/src/dialect/submission.ts'
import type { SpoolReport } from '../packages/server/src/spool/spool-report.ts'
import { type Databases, openDatabases } from '../packages/server/src/store/database/open-database.ts'
import type { IndexSchema, LedgerSchema } from '../packages/server/src/store/database/schema.ts'
import { openStore } from '../packages/server/src/store/open-store.ts'
import type { Store } from '../packages/server/src/store/store.ts'
import { createTestDatabase, testPostgresUrl } from './postgres.ts'

export interface TestStore {
  readonly store: Store
  readonly dataDir: string
  /** A store's time: changed by tests, never by itself. */
  readonly clock: { now: number }
  readonly projectId: number
  /** The same data in another store, as after a restart or in a second process; closed with the test. */
  openAgain(): Promise<Store>
}

/** Syncs cost nothing in memory, and what they are for is tested by cutting the power, elsewhere. */
const folderForTests = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export const testTime = Date.UTC(2026, 10, 20, 12)

type OpenTestStore = (o?: {
  /** A store that the test closes or starts itself; the others of a suite share one that is emptied, since threads are slow to start. */
  readonly own: boolean
}) => Promise<TestStore>

/** The suite once per database; `open` makes an empty store. */
export function describeStores(title: string, body: (open: OpenTestStore) => void): void {
  describe(`${title}, on SQLite`, () => body(storesOf(undefined)))
  const url = testPostgresUrl()
  if (url === undefined) describe.skip(`${title}, on PostgreSQL (needs Debian's postgresql)`, () => body(storesOf(undefined)))
  else describe(`${title}, on PostgreSQL`, () => body(storesOf(url)))
}

function storesOf(serverUrl: string | undefined): OpenTestStore {
  const afterTest: (() => Promise<void>)[] = []
  const afterSuite: (() => Promise<void>)[] = []
  const undo = async (steps: (() => Promise<void>)[]) => {
    for (const step of steps.splice(0).reverse()) await step()
  }
  afterEach(() => undo(afterTest))
  afterAll(() => undo(afterSuite))
  let shared: (TestStore & { empty(): Promise<void> }) | undefined
  return async (o = { own: false }) => {
    if (o.own) return make(serverUrl, afterTest, afterTest)
    shared ??= await make(serverUrl, afterSuite, afterTest)
    await shared.empty()
    return { ...shared, projectId: await firstProjectId(shared.store) }
  }
}

async function make(serverUrl: string | undefined, undo: (() => Promise<void>)[], afterTest: (() => Promise<void>)[]) {
  const dataDir = await mkdtemp(join(folderForTests, 'crashkeep-store-'))
  undo.push(() => rm(dataDir, { recursive: true, force: true }))
  const databaseUrl = serverUrl && (await createTestDatabase(serverUrl, `t${randomBytes(8).toString('hex')}`))
  const clock = { now: testTime }
  const open = async (closing: (() => Promise<void>)[]) => {
    const store = await openStore({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }), clock: () => clock.now })
    closing.push(() => store.close())
    return store
  }
  const store = await open(undo)
  let databases: Databases | undefined
  const empty = async () => {
    clock.now = testTime
    if (databases === undefined) {
      const opened = await openDatabases({ dataDir, url: databaseUrl, clock: () => clock.now })
      undo.push(() => opened.ledger.close().then(() => opened.index.close()))
      databases = opened
    }
    for (const table of ledgerTables) await databases.ledger.db.deleteFrom(table).execute()
    for (const table of indexTables) await databases.index.db.deleteFrom(table).execute()
    for (const folder of ['blobs', 'symbols']) await emptyFolder(join(dataDir, folder))
    await store.ledger.createProject({ slug: 'default', name: 'Default' })
  }
  return { store, dataDir, clock, projectId: await firstProjectId(store), openAgain: () => open(afterTest), empty }
}

async function firstProjectId(store: Store): Promise<number> {
  const [project] = await store.ledger.projects()
  return project?.id ?? 0
}

/** Those that refer to others first. */
const ledgerTables: readonly (keyof LedgerSchema)[] = [
  ...([
    'audit',
    'debug_original',
    'symbol_cleanup',
    'source_map',
    'symbol_conflict',
    'symbol',
    'symbol_file',
    'tombstone',
    'fingerprint',
    'triage_group',
  ] as const),
  ...(['session', 'token', 'project_key', 'project'] as const),
]
const indexTables: readonly (keyof IndexSchema)[] = [
  ...([
    'symbol_answer',
    'symbol_want',
    'session_count',
    'rejection_sample',
    'rejection',
    'facet_count',
    'day_count',
    'group_installation',
    'crash_group',
    'job',
  ] as const),
  ...(['report_module', 'module', 'browser_death', 'report_alias', 'report'] as const),
]

/** `incoming/` stays: an open store writes there. */
async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name !== 'incoming') await rm(join(folder, name), { recursive: true, force: true })
}

let made = 0
/** Ids in the order of their making. */
export function testReportId(time: number = testTime): string {
  made += 1
  return time.toString(16).padStart(12, '0') + made.toString(16).padStart(24, '0')
}

export function testFile(name: string, bytes: Uint8Array): SubmittedFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name, fileName: `${name}.dmp`, size: bytes.length, sha256, content: { kind: 'bytes', bytes } }
}

export function testSpoolReport(projectId: number, submission: Partial<Submission> & { readonly id?: string } = {}): SpoolReport {
  const { id = testReportId(submission.receivedAt), ...given } = submission
  return {
    id,
    projectId,
    submission: {
      kind: 'minidump',
      dialect: 'crashpad',
      fields: new Map([
        ['prod', 'Player'],
        ['ver', '1.2.3'],
      ]),
      files: [testFile('upload_file_minidump', Buffer.from('no dump'))],
      receivedAt: testTime,
      aliases: [],
      sender: { userAgent: 'Crashpad/1' },
      problems: [],
      ...given,
    },
  }
}
