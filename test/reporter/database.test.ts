/** The database is Crashpad's: its own handler reads, sends and moves what we wrote, and we what it wrote. */
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CrashDatabase, deliver } from '@crashkeep/reporter/database'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { until } from '../harness/until.ts'
import { type Collector, idAnswer, type ReceivedCrash, startCollector, statusAnswer } from './collector.ts'
import { crashUnderCrashpad, hasCrashpad, startHandler } from './real-crashpad.ts'
import { dumpThatSays } from './reports.ts'

const moveMs = 30_000
const serverId = 'abc-123-def-456-abc-789-abc-123-abcd'

describe.skipIf(!hasCrashpad)("the database, shared with Crashpad's own handler (needs Chromium)", () => {
  const undo = undoAfterAll()
  const folder = temporaryFolder(undo, 'database')
  const captured = join(folder, 'captured')
  let collector: Collector

  beforeAll(async () => {
    await crashUnderCrashpad(captured, folder, { prod: 'Electron', ver: '38.1.0', plat: 'Linux', '"quoted" 100%': 'Grüße\r\nzwei' })
    collector = await startCollector(undo)
  })

  /** Two copies of one database: one for Crashpad to send, one for us. */
  function twins(name: string, uploads: boolean): [CrashDatabase, CrashDatabase] {
    const [theirs, ours] = [join(folder, `${name}-theirs`), join(folder, `${name}-ours`)]
    const original = new CrashDatabase(captured)
    original.setUploadsEnabled(uploads)
    for (const copy of [theirs, ours]) cpSync(captured, copy, { recursive: true })
    return [new CrashDatabase(theirs), new CrashDatabase(ours)]
  }

  async function sentBy(send: () => Promise<unknown>): Promise<ReceivedCrash> {
    const count = collector.crashes.length
    await send()
    return collector.next(count + 1)
  }

  async function handled(database: CrashDatabase, flags: readonly string[] = ['--no-rate-limit']): Promise<void> {
    const handler = startHandler(undo, database.folder, `${collector.url}?a=b`, flags)
    await until('the handler to move the report', moveMs, () => (database.stored()[0]?.state === 'pending' ? undefined : true))
    await handler.stop()
  }

  test('lists what Crashpad captured, with process and reason', async () => {
    const database = new CrashDatabase(captured)
    const [report] = await database.list()
    expect(report).toMatchObject({ state: 'pending', reason: 'SIGSEGV', uploadAttempts: 0, uploadRequested: false, attachments: [] })
    expect(Math.abs(Date.now() - (report?.createdAt.getTime() ?? 0))).toBeLessThan(60_000)
    expect(database.clientId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  })

  test('sends a report with the same bytes as Crashpad does', async () => {
    const [theirs, ours] = twins('bytes', true)
    const [{ id } = { id: '' }] = theirs.stored()
    for (const database of [theirs, ours]) database.attach(id, 'log.txt', 'line 1\n')
    const theirCrash = await sentBy(() => handled(theirs, ['--no-rate-limit', '--no-upload-gzip']))
    const ourCrash = await sentBy(() => deliver(ours.folder, { submitURL: `${collector.url}?a=b`, compress: false }))
    expect(comparable(ourCrash)).toEqual(comparable(theirCrash))
    expect([...ourCrash.files.keys()]).toEqual(['log.txt', 'upload_file_minidump'])
    expect(ourCrash.url).toBe(`/i/key?a=b&product=Electron&version=38.1.0&guid=${ours.clientId}`)
  })

  test('sends it compressed with the same headers as Crashpad does', async () => {
    const [theirs, ours] = twins('gzip', true)
    const theirCrash = await sentBy(() => handled(theirs))
    const ourCrash = await sentBy(() => deliver(ours.folder, { submitURL: `${collector.url}?a=b` }))
    expect(comparable(ourCrash)).toEqual(comparable(theirCrash))
    expect(ourCrash.headers['content-encoding']).toBe('gzip')
  })

  test('leaves the same files as Crashpad does after an upload', async () => {
    collector.answer = idAnswer(serverId)
    const [theirs, ours] = twins('after', true)
    await sentBy(() => handled(theirs))
    await sentBy(() => deliver(ours.folder, { submitURL: collector.url }))
    expect(filesOf(ours)).toEqual(filesOf(theirs))
    expect(ours.stored()[0]).toMatchObject({ state: 'uploaded', remoteId: serverId, uploadAttempts: 1 })
    expect(theirs.stored()[0]).toMatchObject({ state: 'uploaded', remoteId: serverId, uploadAttempts: 1 })
  })

  test('leaves the same files as Crashpad does after a refusal', async () => {
    collector.answer = statusAnswer(404)
    const [theirs, ours] = twins('refused', true)
    await sentBy(() => handled(theirs))
    await sentBy(() => deliver(ours.folder, { submitURL: collector.url }))
    expect(filesOf(ours)).toEqual(filesOf(theirs))
    expect(theirs.stored()[0]).toMatchObject({ state: 'kept', uploadAttempts: 1 })
  })

  test('leaves the same files as Crashpad does while uploads are off', async () => {
    const [theirs, ours] = twins('off', false)
    await handled(theirs)
    await deliver(ours.folder, { submitURL: collector.url })
    expect(filesOf(ours)).toEqual(filesOf(theirs))
    expect(theirs.stored()[0]).toMatchObject({ state: 'kept', uploadAttempts: 0 })
  })

  test('hands a report of ours to Crashpad, which sends it with the attachment', async () => {
    collector.answer = idAnswer(serverId)
    const database = new CrashDatabase(join(folder, 'handed'))
    database.setUploadsEnabled(true)
    const id = database.add(dumpThatSays({ clientId: database.clientId, own: { ours: 'yes' } }))
    database.attach(id, 'app.log', 'the last words')
    const crash = await sentBy(() => handled(database))
    expect(Object.fromEntries(crash.fields)).toEqual({
      prod: 'Electron',
      ver: '38.0.0',
      ptype: 'browser',
      ours: 'yes',
      guid: database.clientId,
    })
    expect(crash.files.get('app.log')?.bytes.toString()).toBe('the last words')
    expect(crash.files.get('upload_file_minidump')?.fileName).toBe(`${id}.dmp`)
    expect(database.stored()[0]).toMatchObject({ id, state: 'uploaded', remoteId: serverId })
  })

  test('asks Crashpad for the upload of one report while uploads are off', async () => {
    const [theirs] = twins('requested', false)
    await handled(theirs)
    const [{ id } = { id: '' }] = theirs.stored()
    theirs.requestUpload(id)
    const crash = await sentBy(() => handled(theirs, []))
    expect(crash.files.get('upload_file_minidump')?.fileName).toBe(`${id}.dmp`)
    expect(theirs.stored()[0]).toMatchObject({ state: 'uploaded', uploadRequested: false })
  })

  test("sends each report once while Crashpad's handler does the same", async () => {
    const database = new CrashDatabase(join(folder, 'both'))
    database.setUploadsEnabled(true)
    for (let i = 0; i < 20; i++) database.add(dumpThatSays({ clientId: database.clientId }))
    const before = collector.crashes.length
    collector.answer = idAnswer(serverId)
    const handler = startHandler(undo, database.folder, collector.url, ['--no-rate-limit'])
    await deliver(database.folder, { submitURL: collector.url })
    await until('all to be uploaded', moveMs, () => (database.stored().every(({ state }) => state === 'uploaded') ? true : undefined))
    await handler.stop()
    const sent = collector.crashes.slice(before)
    expect(new Set(sent.map(({ files }) => files.get('upload_file_minidump')?.fileName)).size).toBe(20)
    expect(sent).toHaveLength(20)
    expect(database.stored()).toHaveLength(20)
  })

  test('keeps the id of the installation through consent, and Crashpad keeps ours', async () => {
    const database = new CrashDatabase(join(folder, 'consent'))
    const before = database.clientId
    database.setUploadsEnabled(true)
    database.setUploadsEnabled(false)
    database.add(dumpThatSays())
    await handled(database)
    expect(new CrashDatabase(database.folder).clientId).toBe(before)
    expect(database.stored()[0]).toMatchObject({ state: 'kept' })
  })
})

/** The body and the address with the one thing that is random in it; the sender's name differs. */
function comparable(crash: ReceivedCrash): unknown {
  const type = crash.headers['content-type'] ?? ''
  const boundary = type.slice(type.indexOf('=') + 1)
  const { 'user-agent': _, 'accept-encoding': __, host, connection, ...headers } = crash.headers
  expect(boundary).toMatch(/^---MultipartBoundary-[0-9A-Za-z]{32}---$/)
  const same = (text: string): string => text.replaceAll(boundary, 'BOUNDARY')
  return { url: crash.url, headers: { ...headers, 'content-type': same(type) }, body: same(crash.body.toString('latin1')) }
}

const lastUploadOffset = 16
const metaLastUploadOffset = 8

/** Every file of Crashpad's with its bytes, times of uploads left out. */
function filesOf(database: CrashDatabase): Record<string, string> {
  const files: Record<string, string> = {}
  for (const part of ['new', 'pending', 'completed', 'attachments', '.']) {
    if (!existsSync(join(database.folder, part))) continue
    for (const entry of readdirSync(join(database.folder, part), { withFileTypes: true })) {
      if (!entry.isFile()) continue
      const bytes = readFileSync(join(database.folder, part, entry.name))
      if (entry.name.endsWith('.meta')) zeroTime(bytes, metaLastUploadOffset)
      if (entry.name === 'settings.dat') zeroTime(bytes, lastUploadOffset)
      files[`${part}/${entry.name}`] = bytes.toString('base64')
    }
  }
  return files
}

/** Whether it was written stays visible. */
function zeroTime(bytes: Buffer, offset: number): void {
  if (bytes.readBigInt64LE(offset) !== 0n) bytes.writeBigInt64LE(1n, offset)
}
