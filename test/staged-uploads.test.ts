/** BugSplat's upload in three steps goes on where it was when the server is killed between any two of them, and makes one report. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'
import { seededRandom } from './harness/random.ts'
import { dumpWith } from './harness/sent-reports.ts'
import { startServer, type TestedServer } from './harness/server.ts'
import { commitUpload, putUpload, uploadAddress } from './harness/three-steps.ts'
import { sha256 } from './harness/upload.ts'
import { zipOf } from './harness/zip.ts'

const patienceMs = 120_000
const seed = 7
const undo = undoAfterAll()

test('what was put at an address outlives kills before and after, is committed once, and leaves nothing behind', async () => {
  const dataDir = join(temporaryFolder(undo, 'staged-uploads'), 'data')
  const staged = () => readdirSync(join(dataDir, 'spool/staged'))
  let server: TestedServer = await startServer({ dataDir })
  undo(() => server.stop())
  const restart = async () => {
    await server.kill()
    server = await startServer({ dataDir })
  }
  const dump = dumpWith(seededRandom(seed).bytes(2_000))
  const zip = zipOf({ 'crash.dmp': dump, 'shop.log': Buffer.from('a line of the log') })

  const address = await uploadAddress(server)
  await restart()
  await putUpload(server, address, zip)
  await restart()
  expect(staged()).toHaveLength(1)
  const crashId = await commitUpload(server, address)
  await restart()
  const report = await server.finishedReport(crashId, patienceMs)
  expect(report).toMatchObject({ state: 'processed', product: 'shop', version: '2.0.0' })
  expect(report.attachments.map(({ name }) => name)).toEqual(['upload_file_minidump', 'shop.log'])
  expect(report.attachments[0]?.sha256).toBe(sha256(dump))
  expect(staged()).toEqual([])

  // A client that was not answered does it all again.
  await putUpload(server, address, zip)
  const again = await commitUpload(server, address)
  expect((await server.finishedReport(again, patienceMs)).id).toBe(report.id)
})
