/**
 * A page that stopped responding, from bytes that Chromium 156 sent: only a browser with a window ends a page that hangs, and this machine
 * may have no screen. Its script's source map comes afterwards, by the command.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessedBrowserCrash, ReportDetail } from '@crashkeep/server/api-types'
import { encode } from '@jridgewell/sourcemap-codec'
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, loggedIn } from '../harness/chromium.ts'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { exchange } from '../harness/http.ts'
import { root, startServer, type TestedServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'

const fixtures = join(root, '../shared/fixtures/reporting-api')
const processingTimeoutMs = 120_000
const uploadTimeoutMs = 120_000

/** Of `app(1).min.js`: the five places that the fixture's stack names, in cart.ts. */
const source = Array.from({ length: 40 }, (_, i) => `line ${i + 1} of cart.ts`)
const sourceMap = {
  version: 3,
  sources: ['../src/cart.ts'],
  sourcesContent: [source.join('\n')],
  names: ['total'],
  mappings: encode([
    [
      [0, 0, 0, 0],
      [41, 0, 9, 2],
      [101, 0, 19, 4],
      [137, 0, 29, 6],
    ],
    [
      [83, 0, 34, 0],
      [121, 0, 37, 2, 0],
    ],
  ]),
}

describe.skipIf(!existsSync(fixtures))('a page that stopped responding (needs ../shared fixtures)', () => {
  const undo = undoAfterAll()
  let server: TestedServer
  let browser: Browser
  let reader: Page
  let folder = ''

  beforeAll(async () => {
    folder = temporaryFolder(undo, 'unresponsive')
    server = await startServer({ dataDir: join(folder, 'data') })
    undo(() => server.stop())
    browser = await launchChromium({ home: join(folder, 'home') })
    undo(() => browser.close())
    reader = await loggedIn(browser, server)
  })

  async function reportOf(name: string): Promise<ReportDetail> {
    const before = await ids()
    const body = readFileSync(join(fixtures, `chromium156-crash-unresponsive-${name}.json`))
    const sent = await exchange(server.ingestUrl, { method: 'POST', headers: { 'content-type': 'application/reports+json' }, body })
    expect(sent.status).toBe(204)
    const id = await until('the report', processingTimeoutMs, async () => (await ids()).find((each) => !before.includes(each)))
    return server.finishedReport(id, processingTimeoutMs)
  }

  async function ids(): Promise<readonly string[]> {
    const { items } = JSON.parse((await server.ask('/api/v1/reports?project=default')).text) as { items: { id: string }[] }
    return items.map(({ id }) => id)
  }

  async function show({ id }: ReportDetail): Promise<string> {
    await reader.goto(`${server.url}/p/default/r/${id}`)
    await reader.locator('#context').waitFor()
    return reader.locator('article.report').innerText()
  }

  test('shows its six frames, says which map is missing, and shows the source once that is uploaded', async () => {
    const report = await reportOf('with-stack')
    expect(crashOf(report).stack.map(({ function: name, map }) => [name, map])).toEqual([
      [null, 'missing'],
      ['#sum', 'missing'],
      ['Cart.total', 'missing'],
      ['step', 'missing'],
      ['Array.map', null],
      ['start', 'missing'],
    ])
    expect(await show(report)).toContain('The source map of app(1).min.js is missing')

    const dist = join(folder, 'dist')
    mkdirSync(join(dist, 'static'), { recursive: true })
    writeFileSync(join(dist, 'static/app(1).min.js.map'), JSON.stringify(sourceMap))
    const command = [join(root, 'packages/cli/dist/main.js'), 'symbols', 'upload', '--release', 'shop@2.0.0', dist]
    const connection = ['--server', server.url, '--token', server.token]
    const printed = execFileSync(process.execPath, [...command, ...connection], { encoding: 'utf8', timeout: uploadTimeoutMs })
    expect(printed).toContain('stored, static/app(1).min.js of release 2.0.0; 1 report is processed again')

    const after = await until('the stack as it was written', processingTimeoutMs, async () => {
      const now = await server.finishedReport(report.id, processingTimeoutMs)
      return crashOf(now).stack[0]?.map === 'used' ? now : undefined
    })
    expect(crashOf(after).stack.map(({ original }) => original && `${original.function ?? ''}:${original.line}`)).toEqual([
      ':20',
      '#sum:30',
      'Cart.total:10',
      'step:38',
      null,
      'start:35',
    ])
    expect(after.groupId).toBe(report.groupId)
    const shown = await show(after)
    for (const text of ['src/cart.ts:20', 'line 20 of cart.ts', 'stopped responding']) expect(shown).toContain(text)
    expect(shown).not.toContain('is missing')
  })

  test('that has not opted in has a hint and no frame', async () => {
    const report = await reportOf('not-opted-in')
    expect(crashOf(report)).toMatchObject({ stack: [], stackMissing: 'not_opted_in' })
    expect(report.signature).toBe('unresponsive | /shop')
    expect(await show(report)).toContain('Document-Policy: include-js-call-stacks-in-crash-reports')
  })
})

function crashOf(report: ReportDetail): ProcessedBrowserCrash {
  // The server's own schema for reports of this kind.
  return report.processed as ProcessedBrowserCrash
}
