/**
 * Inside Electron's main process. Electron itself does not run here: a stand-in shows its module (programs/electron-preload.cjs), and Debian's Crashpad,
 * the same program that Electron brings, writes and sends the reports.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CrashDatabase } from '@crashkeep/reporter/database'
import { beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { root } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { type Collector, idAnswer, startCollector, statusAnswer } from './collector.ts'
import { crashUnderCrashpad, hasCrashpad, startHandler } from './real-crashpad.ts'
import { dumpThatSays } from './reports.ts'
import { type Ended, type Steps, type Zombies, zombies } from './zombies.ts'

const undo = undoAfterAll()
const preload = join(root, 'test/reporter/programs/electron-preload.cjs')
const moveMs = 20_000
let app: Zombies
let folder: string
let crashDumps: string
let collector: Collector
let count = 0

beforeEach(async () => {
  count += 1
  folder = temporaryFolder(undo, `electron-${count}`)
  app = zombies(folder)
  crashDumps = join(folder, 'Crashpad')
  collector = await startCollector(undo)
})

function main(steps: Steps, platform = 'linux'): Promise<Ended> {
  const environment = { ELECTRON_CRASH_DUMPS: crashDumps, ELECTRON_CALLS: join(folder, 'calls'), ELECTRON_PLATFORM: platform }
  return app.run(steps, { flags: ['--require', preload], environment })
}

function start(more: Readonly<Record<string, unknown>> = {}): readonly [string, unknown] {
  return ['start', { submitURL: collector.url, ...more }]
}

describe.skipIf(!hasCrashpad)("Electron's main process, with Crashpad's database of Linux (needs Chromium)", () => {
  /** A crash that Crashpad's handler tried to send, once, while the server was away or uploads were off. */
  async function givenUp(uploads: boolean): Promise<CrashDatabase> {
    await crashUnderCrashpad(crashDumps, folder, { prod: 'Electron', ver: '38.1.0', _productName: 'Zombies' })
    const database = new CrashDatabase(crashDumps)
    database.setUploadsEnabled(uploads)
    collector.answer = statusAnswer(503)
    const handler = startHandler(undo, crashDumps, collector.url, ['--no-rate-limit'])
    await until('the handler to give up', moveMs, () => (database.stored()[0]?.state === 'kept' ? true : undefined))
    await handler.stop()
    collector.answer = idAnswer('from-the-second-try')
    return database
  }

  test('sends again what Crashpad gave up, and lists it with its id and its time', async () => {
    const database = await givenUp(true)
    const { answers } = await main([start(), ['deliver', 0], ['call', ['getUploadedReports']], ['call', ['getLastCrashReport']]])
    const [all, last] = answers as [{ id: string; date: string }[], { id: string; date: string }]
    expect(all).toEqual([last])
    expect(last.id).toBe('from-the-second-try')
    expect(Math.abs(Date.now() - Date.parse(last.date))).toBeLessThan(60_000)
    expect(collector.crashes).toHaveLength(2)
    expect(collector.crashes[1]?.fields).toEqual(collector.crashes[0]?.fields)
    expect(database.stored()[0]).toMatchObject({ state: 'uploaded', uploadAttempts: 2 })
  })

  test('leaves what had no consent, and sends the one report that is asked for, with its log', async () => {
    await givenUp(false)
    const before = await main([start({ uploadToServer: false }), ['deliver', 0], ['call', ['getUploadedReports']]])
    expect(before.answers).toEqual([[]])
    expect(collector.crashes).toEqual([])
    await main([start({ uploadToServer: false }), ['attachToAll', ['main.log', 'the last words']], ['requestAll', 0], ['deliver', 0]])
    expect(collector.crashes[0]?.files.get('main.log')?.bytes.toString()).toBe('the last words')
    expect(collector.crashes[0]?.fields.get('_productName')).toBe('Zombies')
  })

  test('makes setUploadToServer count for the handler that is running', async () => {
    const database = await givenUp(true)
    const ask: Steps[number] = ['call', ['getUploadToServer']]
    const { answers } = await main([start(), ask, ['call', ['setUploadToServer', false]], ask])
    expect(answers).toEqual([true, null, false])
    expect(database.uploadsEnabled).toBe(false)
  })

  test('prunes', async () => {
    const database = await givenUp(true)
    await main([start({ retention: { maxReports: 0 } }), ['deliver', 0]])
    expect(database.stored()).toEqual([])
  })

  test("gives Electron's own start what Electron knows, without what would end its handler", async () => {
    await main([start({ retention: {}, globalExtra: { '': 'x', kept: 'y' } }), ['call', ['addExtraParameter', 'a', 'b']]])
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
    expect(calls.map((line) => JSON.parse(line))).toEqual([['start', { submitURL: collector.url, globalExtra: { kept: 'y' } }]])
  })
})

describe("Electron's main process, with the database of Windows", () => {
  const id = '0d9f3a52-7c1e-4b7a-9f00-2b6a5c4d3e2f'

  function windowsDatabase(attempts: number, uploads: boolean): void {
    mkdirSync(join(crashDumps, 'reports'), { recursive: true })
    const scratch = new CrashDatabase(join(folder, 'scratch'))
    scratch.setUploadsEnabled(uploads)
    cpSync(join(scratch.folder, 'settings.dat'), join(crashDumps, 'settings.dat'))
    writeFileSync(join(crashDumps, `reports/${id}.dmp`), dumpThatSays({ own: { ptype: 'renderer' } }))
    writeFileSync(join(crashDumps, 'metadata'), windowsMetadata(id, attempts))
  }

  /** Every file outside our own folder, with its bytes. */
  function theirs(): Record<string, string> {
    const names = readdirSync(crashDumps, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('crashkeep'))
    return Object.fromEntries(
      names.map((name) => [name, statSync(join(crashDumps, name)).isFile() ? readFileSync(join(crashDumps, name), 'base64') : '']),
    )
  }

  test('sends again what Crashpad gave up, remembers it, and changes nothing of Crashpad', async () => {
    windowsDatabase(1, true)
    const before = theirs()
    collector.answer = idAnswer('from-windows')
    await main([start(), ['attachToAll', ['main.log', 'words']], ['deliver', 0]], 'win32')
    const { answers } = await main([start(), ['deliver', 0], ['call', ['getUploadedReports']]], 'win32')
    expect(collector.crashes).toHaveLength(1)
    expect(collector.crashes[0]?.files.get('main.log')?.bytes.toString()).toBe('words')
    expect(collector.crashes[0]?.fields.get('ptype')).toBe('renderer')
    expect((answers as { id: string }[][])[0]?.map((report) => report.id)).toEqual(['from-windows'])
    expect(theirs()).toEqual(before)
    expect(existsSync(join(crashDumps, 'pending'))).toBe(false)
  })

  test('sends without consent to all only what is asked for', async () => {
    windowsDatabase(0, false)
    await main([start({ uploadToServer: false }), ['deliver', 0]], 'win32')
    expect(collector.crashes).toEqual([])
    await main([start({ uploadToServer: false }), ['requestAll', 0], ['deliver', 0]], 'win32')
    expect(collector.crashes).toHaveLength(1)
  })
})

/** One completed report that was not uploaded, in Crashpad's table. */
function windowsMetadata(id: string, attempts: number): Buffer {
  const record = Buffer.alloc(16 + 56)
  record.write('DAPC', 0, 'latin1')
  record.writeUInt32LE(1, 4)
  record.writeUInt32LE(1, 8)
  const uuid = Buffer.from(id.replaceAll('-', ''), 'hex')
  uuid.subarray(0, 4).reverse()
  uuid.subarray(4, 6).reverse()
  uuid.subarray(6, 8).reverse()
  uuid.copy(record, 16)
  const name = Buffer.from(`${id}.dmp\0\0`)
  record.writeUInt32LE(0, 32)
  record.writeUInt32LE(name.length - 1, 36)
  record.writeBigInt64LE(1_700_000_000n, 40)
  record.writeBigInt64LE(attempts === 0 ? 0n : 1_700_000_060n, 48)
  record.writeInt32LE(attempts, 56)
  record.writeInt32LE(2, 60)
  return Buffer.concat([record, name])
}
