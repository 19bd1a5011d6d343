/** A real page dies, the real Crashpad of its browser sends the dump, and a person reads in a browser what happened. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReportDetail } from '@crashkeep/server/api-types'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { chromiumThatUploadsTo, crash, launchChromium, loggedIn } from './harness/chromium.ts'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'
import { consent, settingsPath } from './harness/crashpad.ts'
import { type Relay, relayTo } from './harness/relay.ts'
import { startServer, type TestedServer } from './harness/server.ts'
import { until } from './harness/until.ts'

const uploadTimeoutMs = 60_000
const processingTimeoutMs = 60_000

describe('a page in Chromium that crashes with Crashpad on', () => {
  const undo = undoAfterAll()
  let server: TestedServer
  let relay: Relay
  let report: ReportDetail
  let page: Page

  beforeAll(async () => {
    const folder = temporaryFolder(undo, 'chromium')
    server = await startServer({ dataDir: join(folder, 'data') })
    undo(() => server.stop())
    relay = await relayTo(Number(new URL(server.url).port))
    undo(() => relay.close())
    await crashChromium(folder)
    const id = await until('the report to arrive', uploadTimeoutMs, reportId)
    report = await server.finishedReport(id, processingTimeoutMs)

    const reader = await launchChromium({ home: join(folder, 'reader') })
    undo(() => reader.close())
    page = await loggedIn(reader, server)
    await page.goto(`${server.url}/p/default/r/${report.id}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
  })

  async function crashChromium(folder: string): Promise<void> {
    const database = join(folder, 'crashes')
    const url = `http://127.0.0.1:${relay.port}${new URL(server.ingestUrl).pathname}`
    const browser = await launchChromium({
      home: join(folder, 'crasher'),
      folder: chromiumThatUploadsTo(url, join(folder, 'chromium')),
      arguments: ['--enable-crash-reporter', `--crash-dumps-dir=${database}`],
      ignoreDefaultArguments: ['--disable-breakpad'],
      environment: { BREAKPAD_DUMP_LOCATION: database },
    })
    try {
      await until('the handler to make its database', uploadTimeoutMs, () => (isWritten(settingsPath(database)) ? true : undefined))
      consent(database)
      const victim = await browser.newPage()
      await victim.goto('data:text/html,<title>A page about to die</title>')
      await crash(victim)
      // The handler lives as long as its browser; it ends when the answer has come.
      await until('the report to arrive', uploadTimeoutMs, reportId)
    } finally {
      await browser.close()
    }
  }

  async function reportId(): Promise<string | undefined> {
    const answer = await server.ask('/api/v1/reports?project=default')
    return (JSON.parse(answer.text) as { items: { id: string }[] }).items[0]?.id
  }

  test('is uploaded by the real handler, gzipped and chunked', () => {
    const [head = ''] = relay.heads.filter((each) => each.startsWith('POST'))
    expect(head).toMatch(/^POST \/i\/[0-9a-f]{32}\?product=Chrome_Linux&version=[\d.]+&guid=[0-9a-f-]{36} HTTP\/1\.1$/m)
    expect(head).toMatch(/^Content-Encoding: gzip$/im)
    expect(head).toMatch(/^Transfer-Encoding: chunked$/im)
    expect(report).toMatchObject({ state: 'processed', kind: 'minidump', dialect: 'crashpad', processType: 'renderer' })
  })

  test('keeps the dump as it came', async () => {
    const answer = await server.ask(`/api/v1/reports/${report.id}/attachments/upload_file_minidump`)
    expect(answer.status).toBe(200)
    expect(answer.body.subarray(0, 4).toString('latin1')).toBe('MDMP')
    expect(answer.body).toHaveLength(report.attachments[0]?.size ?? -1)
  })

  test('shows the reason on the page of the report', async () => {
    expect(report.reason).toMatch(/^SIG(SEGV|TRAP|ILL|ABRT)/)
    await expect.poll(() => page.locator('.facts').innerText()).toContain(report.reason ?? 'a reason')
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('renderer')
  })

  test("shows the stack of the crashing thread, in Chromium's own module", async () => {
    const frames = page.getByRole('list', { name: 'Frames, innermost first' }).getByRole('listitem')
    await frames.first().waitFor()
    expect(await frames.count()).toBeGreaterThan(5)
    expect(await frames.first().innerText()).toContain('chromium')
    expect(await page.locator('#stack').innerText()).toContain('Crashing thread')
  })

  test('shows the annotations that Chromium made', async () => {
    const fields = page.locator('#fields')
    const shown = await fields.innerText()
    const annotations = { ptype: 'renderer', ver: versionOfChromium(report), plat: 'Linux' }
    for (const [name, value] of Object.entries(annotations)) {
      expect(report.fields[name]).toBe(value)
      expect(shown).toMatch(new RegExp(`^${name}(\\s|$)`, 'm'))
      expect(shown).toContain(value)
    }
    expect(Object.keys(report.fields)).toEqual(expect.arrayContaining(['guid', 'prod', 'num-switches', 'lsb-release']))
  })

  test('leads from its group to the report', async () => {
    await page.goto(`${server.url}/p/default`)
    await page.locator(`a[href="/p/default/g/${report.groupId}"]`).first().click()
    await page.locator(`a[href="/p/default/r/${report.id}"]`).first().click()
    await page.waitForURL(`**/p/default/r/${report.id}`)
    expect(server.output).not.toMatch(/"level":(50|60)/)
  })
})

function isWritten(path: string): boolean {
  try {
    return readFileSync(path).length > 0
  } catch {
    return false
  }
}

function versionOfChromium(report: ReportDetail): string {
  const version = report.fields.ver ?? ''
  expect(version).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  return version
}
