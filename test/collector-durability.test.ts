/** What was acknowledged stays, whatever ends the server, holds its database or fills its disk; and uploads go on meanwhile. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'
import { canMount, ext4Machine } from './harness/disks.ts'
import { seededRandom } from './harness/random.ts'
import { RetryingSenders } from './harness/retrying-senders.ts'
import { startServer, type TestedServer } from './harness/server.ts'
import { until } from './harness/until.ts'
import { formBody, sendBody } from './harness/upload.ts'
import { createTestDatabase, startPostgres } from './postgres.ts'

const rounds = 100
const senders = 32
/** Below and above what travels inside a record of the spool. */
const sizes = [...Array(14).fill(2_000), 60_000, 1_200_000]
/** The instant of the kill, counted in acknowledgements. */
const maxAcknowledgements = 24
/** Two minutes on an idle machine, most of it a hundred starts. */
const killTimeoutMs = 40 * 60_000
/** As long as the lock or the halt lasts at least; settling is tried and fails meanwhile. */
const lockedMs = 4_000
const haltedMs = 60_000
/** Of each sender: more comes in a minute than a team's programs die in a day. */
const pauseMs = 250
const haltTimeoutMs = 600_000
const maxAnswerMs = 2_000
/** More than can have been on their way when it began. */
const enoughUploads = 20
const patienceMs = 120_000
/** Of what is sent; when it is cut off, nobody knows. */
const seed = 20_261_120

const undo = undoAfterAll()

/** Uploads while somebody takes the database away: all that were begun are acknowledged before it is back, in time. */
async function sendWhile(
  server: TestedServer,
  uploads: RetryingSenders,
  o: { readonly awayMs: number; readonly pauseMs?: number; takeAway(): Promise<() => Promise<void>> },
): Promise<void> {
  const times: number[] = []
  let over = false
  const onAnswer = (ms: number) => times.push(ms)
  const sending = uploads.run(server.ingestUrl, { ...o, senders: 4, sizes: [2_000, 60_000], onAnswer, stopped: () => over })
  const some = async () => {
    const before = times.length
    await until('uploads to be acknowledged', patienceMs, () => (times.length - before >= enoughUploads ? true : undefined))
  }
  await some()
  const giveBack = await o.takeAway()
  try {
    await Promise.all([pause(o.awayMs), some()])
  } finally {
    over = true
    await sending
    await giveBack()
  }
  expect(uploads.unsure).toBe(0)
  times.sort((a, b) => a - b)
  expect(times[Math.floor(times.length * 0.99)]).toBeLessThan(maxAnswerMs)
  expect(server.ended, server.output).toBe(false)
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

describe('a collector', () => {
  test(
    `that is killed under ${senders} uploaders loses, halves and doubles nothing, ${rounds} times`,
    async () => {
      const dataDir = join(temporaryFolder(undo, 'collector-kill'), 'data')
      const random = seededRandom(seed)
      const uploads = new RetryingSenders(random)
      for (let round = 1; round <= rounds; round += 1) {
        const server = await startServer({ dataDir, arguments: ['--role', 'collector'] })
        undo(() => server.kill())
        let left = 1 + random.below(maxAcknowledgements)
        const enough = Promise.withResolvers<void>()
        const onAnswer = () => {
          left -= 1
          if (left === 0) enough.resolve()
        }
        const running = uploads.run(server.ingestUrl, { senders, sizes, onAnswer, stopped: () => server.ended })
        const gaveUp = running.then(() => {
          if (left > 0) throw new Error(`No sender is left, and the server said: ${server.output}`)
        })
        await Promise.race([enough.promise, gaveUp])
        await server.kill()
        await running
      }
      const collector = await startServer({ dataDir, arguments: ['--role', 'collector'] })
      undo(() => collector.kill())
      await uploads.sendUnsure(collector.ingestUrl)
      await uploads.settled(collector)
      await collector.stop()
      expect(uploads.acknowledged).toBeGreaterThan(rounds)
      // What is there is looked at, not processed: that is another test's.
      const server = await startServer({ dataDir, arguments: ['--role', 'api'] })
      undo(() => server.kill())
      await uploads.verify(server)
      await server.kill()
    },
    killTimeoutMs,
  )

  test('goes on while another process holds its databases', async () => {
    const dataDir = join(temporaryFolder(undo, 'collector-lock'), 'data')
    const server = await startServer({ dataDir, arguments: ['--processes', '1'] })
    undo(() => server.kill())
    const uploads = new RetryingSenders(seededRandom(seed))
    const takeAway = async () => {
      const databases = ['ledger.db', 'index.db'].map((name) => new DatabaseSync(join(dataDir, name), { timeout: patienceMs }))
      for (const database of databases) database.exec('begin immediate')
      return async () => {
        for (const database of databases) {
          database.exec('rollback')
          database.close()
        }
      }
    }
    await sendWhile(server, uploads, { awayMs: lockedMs, takeAway })
    await uploads.settled(server)
    await uploads.verify(server)
    await server.kill()
  })

  test(
    "goes on while PostgreSQL is stopped for a minute (needs Debian's postgresql)",
    async ({ skip }) => {
      const postgres = await startPostgres()
      if (postgres === undefined) return skip()
      undo(() => postgres.stop())
      const database = await createTestDatabase(postgres.url, `t${randomBytes(8).toString('hex')}`)
      const dataDir = join(temporaryFolder(undo, 'collector-postgres'), 'data')
      const server = await startServer({ dataDir, arguments: ['--database', database, '--processes', '1'] })
      undo(() => server.kill())
      const uploads = new RetryingSenders(seededRandom(seed))
      const takeAway = async () => {
        await postgres.halt()
        return () => postgres.resume()
      }
      await sendWhile(server, uploads, { awayMs: haltedMs, pauseMs, takeAway })
      await uploads.settled(server)
      await uploads.verify(server)
      await server.kill()
    },
    haltTimeoutMs,
  )
})

const canMakeDisks = await disksCanBeMade()
/** What uploads may fill above the reserve: some reports. */
const diskFreeBytes = 20 * 1024 * 1024

describe.skipIf(!canMakeDisks)('a collector whose disk fills up (needs root and loop devices)', () => {
  test('says so before it refuses, refuses with 503, and keeps what it acknowledged', async () => {
    const disk = await ext4Machine(join(temporaryFolder(undo, 'collector-disk'), 'disk'), false, '')
    undo(() => disk.remove())
    const { dataDir } = disk
    const server = await startServer({ dataDir, arguments: ['--processes', '1'] })
    undo(() => server.kill())
    const metrics = (await server.ask('/metrics')).text
    const gauge = (name: string) => Number(new RegExp(`^crashkeep_spool_${name}_bytes(?:\\{.*\\})? (.*)$`, 'm').exec(metrics)?.[1])
    writeFileSync(join(dataDir, 'ballast'), Buffer.alloc(gauge('free') - (gauge('low') + gauge('reserve')) / 2))
    const level = async () => {
      const { status, text } = await server.ask('/ready')
      return { status, ...(JSON.parse(text) as { disk: string }) }
    }
    const low = await until('/ready to say that little is left', patienceMs, async () => {
      const state = await level()
      return state.disk === 'enough' ? undefined : state
    })
    expect(low).toMatchObject({ status: 200, accepting: true, disk: 'low' })
    writeFileSync(join(dataDir, 'ballast2'), Buffer.alloc((gauge('low') - gauge('reserve')) / 2 - diskFreeBytes))
    const uploads = new RetryingSenders(seededRandom(seed))
    // A sender stops at the first refusal.
    await uploads.run(server.ingestUrl, { senders: 2, sizes: [300_000, 1_200_000], onAnswer: () => undefined, stopped: () => false })
    // What was settled leaves the spool, so that the disk would have room again; others fill that.
    const { bavail, bsize } = statfsSync(dataDir)
    writeFileSync(join(dataDir, 'ballast3'), Buffer.alloc(Math.floor((bavail * bsize) / 2)))
    const full = await until('/ready to say so', patienceMs, async () => {
      const state = await level()
      return state.disk === 'full' ? state : undefined
    })
    expect(full).toMatchObject({ status: 503, ready: false, accepting: false })
    const refused = await sendBody(server.ingestUrl, formBody({ dump: new Uint8Array(300_000) }))
    expect([refused.status, refused.headers['retry-after'], refused.text.split(':')[0]]).toEqual([503, '30', 'storage_full'])
    const before = uploads.acknowledged
    expect(before).toBeGreaterThan(5)
    for (const name of ['ballast', 'ballast2', 'ballast3']) rmSync(join(dataDir, name))
    await until('uploads to be taken again', patienceMs, async () => ((await level()).status === 200 ? true : undefined))
    await uploads.sendUnsure(server.ingestUrl)
    await uploads.settled(server)
    await uploads.verify(server)
    await server.kill()
  })
})

async function disksCanBeMade(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'crashkeep-mount-'))
  try {
    return await canMount(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
