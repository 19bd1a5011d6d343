/** The server is killed in the middle of uploads, again and again: what it acknowledged is there afterwards, and nothing is there in halves. */
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'
import { seededRandom } from './harness/random.ts'
import { SentReports } from './harness/sent-reports.ts'
import { startServer } from './harness/server.ts'

const rounds = 20
/** Two minutes on a machine with other programs on all cores. */
const timeout = 30 * 60_000
const senders = 4
const seed = 20_261_120
/** Below and above what travels inside a record of the spool. */
const dumpSizes = [2_000, 2_000, 60_000, 300_000, 1_500_000]
/** The instant of the kill, counted in acknowledgements. */
const maxAcknowledgements = 20

describe('a server that is killed in the middle of uploads', () => {
  const undo = undoAfterAll()

  test(`loses nothing that it acknowledged and shows nothing in halves, ${rounds} times`, { timeout }, async () => {
    const folder = temporaryFolder(undo, 'kill')
    const random = seededRandom(seed)
    const reports = new SentReports(random)
    for (let round = 1; round <= rounds; round += 1) {
      const server = await startServer({ dataDir: join(folder, 'data') })
      undo(() => server.kill())
      const stream = reports.stream(server.ingestUrl, { senders, sizes: dumpSizes, until: 1 + random.below(maxAcknowledgements) })
      await stream.enough
      await server.kill()
      await stream.stop()
    }
    const server = await startServer({ dataDir: join(folder, 'data') })
    undo(() => server.kill())
    await reports.verify(server)
    await server.stop()
  })
})
