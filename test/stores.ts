/** Stores for tests: every store test runs on each database that there is. */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe } from 'vitest'
import type { Submission, SubmittedFile } from '../packages/server/src/dialect/submission.ts'
import type { SpoolReport } from '../packages/server/src/spool/spool-report.ts'
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

/** The suite once per database; `open` makes an empty store. */
export function describeStores(title: string, body: (open: () => Promise<TestStore>) => void): void {
  describe(`${title}, on SQLite`, () => body(storesOf(undefined)))
  const url = testPostgresUrl()
  if (url === undefined) describe.skip(`${title}, on PostgreSQL (needs Debian's postgresql)`, () => body(storesOf(undefined)))
  else describe(`${title}, on PostgreSQL`, () => body(storesOf(url)))
}

function storesOf(serverUrl: string | undefined): () => Promise<TestStore> {
  let undo: (() => Promise<void>)[] = []
  afterEach(async () => {
    const steps = undo.reverse()
    undo = []
    for (const step of steps) await step()
  })
  return async () => {
    const dataDir = await mkdtemp(join(folderForTests, 'crashkeep-store-'))
    undo.push(() => rm(dataDir, { recursive: true, force: true }))
    const database =
      serverUrl === undefined ? {} : { databaseUrl: await createTestDatabase(serverUrl, `t${randomBytes(8).toString('hex')}`) }
    const clock = { now: testTime }
    const openAgain = async () => {
      const store = await openStore({ dataDir, ...database, clock: () => clock.now })
      undo.push(() => store.close())
      return store
    }
    const store = await openAgain()
    const [project] = await store.ledger.projects()
    return { store, dataDir, clock, projectId: project?.id ?? 0, openAgain }
  }
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
