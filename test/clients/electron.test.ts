/**
 * What the services' own clients for Electron send and make Electron send, unmodified, in a main process that Node.js plays. Where Electron's crash
 * reporter uploads, the test does as it does: the fields that it was given, and what of the answer it keeps.
 */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { installClients, runClient } from '../harness/peer-clients.ts'
import { seededRandom } from '../harness/random.ts'
import { dumpWith } from '../harness/sent-reports.ts'
import { startServer, type TestedServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { sendForm } from '../harness/upload.ts'

const processingTimeoutMs = 60_000
/** Sentry's takes less for no dump of Electron's. */
const dumpBytes = 20_000
/** That a program gets of the answer. */
const shownIdLength = 63
const minuteMs = 60_000

interface Told {
  readonly started: {
    readonly submitURL: string
    readonly extra?: Record<string, string>
    readonly globalExtra?: Record<string, string>
  }
  readonly extra: Record<string, string>
}

describe("services' clients for Electron", () => {
  const undo = undoAfterAll()
  const random = seededRandom(41)
  let server: TestedServer
  let folder: string
  let key: string

  beforeAll(async () => {
    await installClients()
    folder = temporaryFolder(undo, 'electron-clients')
    server = await startServer({ dataDir: join(folder, 'data') })
    undo(() => server.stop())
    key = server.ingestUrl.split('/').at(-1) ?? ''
  })

  const newDump = () => dumpWith(random.bytes(dumpBytes))
  const run = async (client: string, environment: Readonly<Record<string, string>>) => {
    mkdirSync(join(folder, client), { recursive: true })
    return (await runClient('electron', {
      CLIENT: client,
      FOLDER: join(folder, client),
      KEY: key,
      SERVER: server.url,
      ...environment,
    })) as Told
  }
  const dsn = () => `${server.url.replace('://', `://${key}@`)}/1`

  /** In the database of Crashpad, untouched for a while, so that a client takes it for whole. */
  function crashed(client: string): string {
    const path = join(folder, client, 'crashDumps/completed/6a1f0f5e-1b2c-4d3e-8f90-0123456789ab.dmp')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, newDump())
    const time = new Date(Date.now() - minuteMs)
    utimesSync(path, time, time)
    return path
  }

  /** As Electron uploads. */
  async function electronUploads({ started, extra }: Told): Promise<string> {
    const url = new URL(started.submitURL)
    for (const [name, value] of [
      ['product', 'Electron'],
      ['version', '41.0.0'],
      ['guid', '6c5f5f0e-7c4c-4a5e-9c55-0d5a4a9e1f00'],
    ] as const)
      url.searchParams.append(name, value)
    const own = { _productName: 'shop', _version: '2.0.0', prod: 'Electron', ver: '41.0.0', process_type: 'browser', platform: 'linux' }
    const fields = { ...own, ...started.extra, ...started.globalExtra, ...extra }
    const answer = await sendForm(url.href, { fields, dump: newDump() })
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
    return answer.text.slice(0, shownIdLength)
  }

  async function reportIds(): Promise<string[]> {
    const { text } = await server.ask('/api/v1/reports?project=default')
    return (JSON.parse(text) as { items: { id: string }[] }).items.map(({ id }) => id)
  }

  /** The one that is there after the work, and was not before. */
  async function reportOf(work: () => Promise<unknown>): Promise<string> {
    const before = await reportIds()
    await work()
    return until('the report', processingTimeoutMs, async () => (await reportIds()).find((id) => !before.includes(id)))
  }

  const sentries = [
    ['@sentry/electron 7', '@sentry/electron'],
    ['@sentry/electron 5', 'sentry-electron-5'],
  ] as const

  test.for(sentries)('%s sends the dump of the last run itself', async ([, SENTRY]) => {
    const id = await reportOf(() => run('sentry', { SENTRY, URL: dsn(), DUMP: crashed('sentry') }))
    const report = await server.finishedReport(id, processingTimeoutMs)
    expect(report).toMatchObject({ kind: 'minidump', dialect: 'sentry', state: 'processed', product: 'shop', version: '2.0.0' })
    expect(report.fields).toMatchObject({ environment: 'test', level: 'fatal', 'event.environment': 'native' })
    expect(report.attachments.map(({ name }) => name)).toEqual(expect.arrayContaining(['upload_file_minidump', 'event']))
  })

  test.for(sentries)('%s has Electron send its event in pieces with the dump', async ([, SENTRY]) => {
    const told = await run('sentry-uploader', { SENTRY, URL: dsn() })
    expect(Object.keys(told.extra)).toEqual(expect.arrayContaining(['sentry__1', 'sentry__2', 'sentry__3']))
    const report = await server.finishedReport(await electronUploads(told), processingTimeoutMs)
    expect(report).toMatchObject({ kind: 'minidump', dialect: 'sentry', state: 'processed', product: 'shop', version: '2.0.0' })
    expect(report.fields).toMatchObject({ environment: 'test', phase: 'checkout', 'extra.basket': expect.stringMatching(/^(apple ){100}/) })
    expect(report.problems).toEqual([])
  })

  test('@backtrace/electron finds the id in what Electron keeps of the answer, and adds its files at the next start', async () => {
    const url = `${server.url}/submit.backtrace.io/universe/${key}/json`
    const told = await run('backtrace', { URL: url, READY: 'yes' })
    let answered = ''
    const id = await reportOf(async () => {
      answered = await electronUploads(told)
    })
    const uploaded = JSON.stringify([{ id: answered, date: Date.now() }])
    await run('backtrace', { URL: url, READY: 'yes', UPLOADED: uploaded, ANSWERS: '2' })
    const report = await until('its files', processingTimeoutMs, async () => {
      const found = await server.report(id)
      return found?.state === 'processed' && found.attachments.length >= 3 ? found : undefined
    })
    expect(report).toMatchObject({ kind: 'minidump', dialect: 'backtrace', product: 'shop', version: '2.0.0' })
    expect(report.fields).toMatchObject({ phase: 'checkout', 'error.type': 'Crash', 'electron.process': 'main' })
    const names = report.attachments.map(({ name }) => name)
    expect(names).toEqual(['upload_file_minidump', expect.stringMatching(/^bt-breadcrumbs-/), 'shop.log'])
    const [, crumbs = ''] = names
    expect((await server.ask(`/api/v1/reports/${report.id}/attachments/${crumbs}`)).text).toContain('one more')
  })

  test("Bugsnag's sends a dump packed in its part, with its event", async () => {
    const id = await reportOf(() => run('bugsnag', { DUMP: crashed('bugsnag') }))
    const report = await server.finishedReport(id, processingTimeoutMs)
    expect(report).toMatchObject({ kind: 'minidump', dialect: 'bugsnag', state: 'processed', product: 'shop', version: '2.0.0' })
    expect(report.fields).toMatchObject({ 'user.id': '42', 'basket.apples': '3', unhandled: 'true' })
    expect(server.output).not.toMatch(/"level":(50|60)/)
  })
})
