/**
 * What the store does on SQLite: how many reports it settles in a second, and what a search over a million reports does to the settling
 * and to short queries beside it. Run with `node bench/store.ts [ROWS]`; a bare loop of write, fdatasync and rename on the same disk, measured
 * in the same run, says how much of it is the disk.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SpoolReport } from '../packages/server/src/spool/spool-report.ts'
import { openStore } from '../packages/server/src/store/open-store.ts'
import type { Store } from '../packages/server/src/store/store.ts'
import { fillIndex } from './fill-index.ts'

const rows = Number(process.argv[2] ?? 1_000_000)
const dumpBytes = 30_000
const settleCount = 1_000
const settlersAtOnce = 16
const scanQuery = 'reason:SIGSEGV Decoder1'

const folder = await mkdtemp(join(tmpdir(), 'crashkeep-bench-'))
try {
  console.log(
    `disk: ${(1 / (await medianSeconds(200, diskWrite))).toFixed(0)} written, synced and renamed files of ${dumpBytes} bytes a second`,
  )
  await openStore({ dataDir: folder }).then((store) => store.close())
  const empty = await openStore({ dataDir: folder })
  await settleRate(empty, 'empty index')
  await empty.close()
  const began = performance.now()
  fillIndex(join(folder, 'index.db'), rows, Date.now())
  console.log(`filled ${rows} rows in ${seconds(began)} s`)
  const store = await openStore({ dataDir: folder })
  await settleRate(store, `${rows} rows`)
  await beside(store, 'alone', async () => {})
  const scans: number[] = []
  await beside(store, 'beside searches', async () => {
    const start = performance.now()
    await store.index.facets({ projectId: 1, query: scanQuery })
    scans.push(performance.now() - start)
  })
  console.log(`facets of a search over ${rows} rows: ${spread(scans)}`)
  const list = performance.now()
  await store.index.reports({ projectId: 1, query: 'nothing-like-this', limit: 50 })
  console.log(`a search that finds nothing: ${seconds(list)} s`)
  await store.close()
  console.log(`memory: ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function settleRate(store: Store, title: string): Promise<void> {
  const reports = Array.from({ length: settleCount }, newReport)
  const began = performance.now()
  await Promise.all(
    Array.from({ length: settlersAtOnce }, async () => {
      for (let report = reports.pop(); report !== undefined; report = reports.pop()) await store.settle(report)
    }),
  )
  console.log(`settled on ${title}: ${(settleCount / Number(seconds(began))).toFixed(0)} reports a second, ${settlersAtOnce} at once`)
}

/** One settling and one short query after the other for five seconds, while `disturb` runs again and again. */
async function beside(store: Store, title: string, disturb: () => Promise<void>): Promise<void> {
  const until = performance.now() + 5_000
  const settles: number[] = []
  const reads: number[] = []
  const timed = async (into: number[], work: () => Promise<unknown>) => {
    const start = performance.now()
    await work()
    into.push(performance.now() - start)
  }
  const loops = [
    async () => {
      await disturb()
      await new Promise((resolve) => setTimeout(resolve, 1))
    },
    () => timed(settles, () => store.settle(newReport())),
    () => timed(reads, () => store.index.reports({ projectId: 1, limit: 50 })),
  ]
  await Promise.all(
    loops.map(async (work) => {
      while (performance.now() < until) await work()
    }),
  )
  console.log(`${title}: settling ${spread(settles)}; a page of reports ${spread(reads)}`)
}

function newReport(): SpoolReport {
  const bytes = randomBytes(dumpBytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const now = Date.now()
  return {
    id: now.toString(16).padStart(12, '0') + randomBytes(12).toString('hex'),
    projectId: 1,
    submission: {
      kind: 'minidump',
      dialect: 'crashpad',
      fields: new Map(Object.entries({ prod: 'Player', ver: '2.0.1', ptype: 'renderer', guid: `client-${now % 1_000}` })),
      files: [{ name: 'upload_file_minidump', size: dumpBytes, sha256, content: { kind: 'bytes', bytes } }],
      receivedAt: now,
      aliases: [],
      sender: {},
      problems: [],
    },
  }
}

async function diskWrite(): Promise<void> {
  const path = join(folder, 'written')
  const file = await open(path, 'w')
  await file.writeFile(randomBytes(dumpBytes))
  await file.datasync()
  await file.close()
  await rename(path, `${path}.done`)
}

async function medianSeconds(times: number, work: () => Promise<void>): Promise<number> {
  const taken: number[] = []
  for (let i = 0; i < times; i += 1) {
    const start = performance.now()
    await work()
    taken.push((performance.now() - start) / 1_000)
  }
  return at(taken, 0.5)
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

function spread(values: readonly number[]): string {
  return `median ${at(values, 0.5).toFixed(1)} ms, 99 % ${at(values, 0.99).toFixed(1)} ms, worst ${at(values, 1).toFixed(1)} ms (${values.length})`
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(2)
}
