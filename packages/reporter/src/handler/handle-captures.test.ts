import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildRawCapture } from '../raw-capture/build-raw-capture.ts'
import { recordType } from '../raw-capture/record-types.ts'
import type { NewReport } from '../seams.ts'
import { capturesFolder, makeCapturesFolder } from './captures-folder.ts'
import { handleCaptures } from './handle-captures.ts'

/** 2023-11-14T22:13:20Z */
const died = { kind: 0, time: 1_700_000_000_000_000_000n, uptime: 1_000_000_000_000n }

let database: string
let captures: string

beforeEach(() => {
  database = mkdtempSync(join(tmpdir(), 'crashkeep-captures-'))
  captures = makeCapturesFolder(database)
})
afterEach(() => rmSync(database, { recursive: true, force: true }))

function put(name: string, bytes: Uint8Array = whole()): string {
  const path = join(captures, name)
  writeFileSync(path, bytes)
  return path
}

function whole(): Uint8Array {
  return buildRawCapture()
    .process({ ...died, pid: 1, crashedThread: 2, signal: 11 })
    .text(recordType.settings, '{"delivery":{"to":"here"}}')
    .end()
}

async function handle(): Promise<{ reports: NewReport[]; delivery: unknown }> {
  const reports: NewReport[] = []
  const handled = await handleCaptures(database, async (_, report) => void reports.push(report))
  return { reports, delivery: handled?.delivery }
}

function log(): string {
  return readFileSync(join(captures, 'log.txt'), 'utf8')
}

/** Higher than any process id of Linux. */
const nobody = 5_000_000

describe('handleCaptures', () => {
  test('makes a report of each capture, the oldest first, and removes it', async () => {
    put('1700000000000000002-5.capture')
    put('1700000000000000001-5.capture')
    const { reports, delivery } = await handle()
    expect(reports).toHaveLength(2)
    expect(delivery).toEqual({ to: 'here' })
    expect(reports[0]?.createdAt.getTime()).toBe(1_700_000_000_000)
    expect(readdirSync(captures)).toEqual([])
  })

  test('gives a capture the same id whenever it is handled', async () => {
    put('1700000000000000001-5.capture')
    const first = await handle()
    put(`1700000000000000001-5.${nobody}-1.taken`)
    const second = await handle()
    expect(first.reports[0]?.reportId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(second.reports[0]?.reportId).toBe(first.reports[0]?.reportId)
  })

  test('leaves alone what a living handler has, what is being written, and what has ended three handlers', async () => {
    const names = [`1-5.${process.pid}-1.taken`, '2-5.part', `3-5.${nobody}-3.taken`]
    for (const name of names) put(name)
    expect((await handle()).reports).toEqual([])
    expect(readdirSync(captures).sort()).toEqual(names)
  })

  test('takes what a writer has abandoned', async () => {
    const path = put('2-5.part')
    utimesSync(path, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000))
    expect((await handle()).reports).toHaveLength(1)
  })

  test('keeps a capture whose report the disk refuses, and says so', async () => {
    put('1-5.capture')
    await handleCaptures(database, () => Promise.reject(new Error('ENOSPC: no space left on device')))
    expect(readdirSync(captures).sort()).toEqual(['1-5.capture', 'log.txt'])
    expect(log()).toContain('1-5: the report could not be stored; the next start tries again: ENOSPC')
    expect((await handle()).reports).toHaveLength(1)
  })

  test('removes what is no capture, and says so', async () => {
    put('1-5.capture', new TextEncoder().encode('something else'))
    expect((await handle()).reports).toEqual([])
    expect(readdirSync(captures)).toEqual(['log.txt'])
    expect(log()).toContain('14 bytes that are no capture')
  })

  test('of captures that nobody can handle the newest fifty stay', async () => {
    for (let i = 100; i < 160; i++) put(`${i}-5.${nobody}-3.taken`)
    await handle()
    const left = readdirSync(captures).sort()
    expect([left.length, left[0]]).toEqual([50, `110-5.${nobody}-3.taken`])
  })

  test('a database without captures is fine', async () => {
    rmSync(capturesFolder(database), { recursive: true })
    expect(await handle()).toEqual({ reports: [], delivery: undefined })
    mkdirSync(capturesFolder(database))
  })
})
