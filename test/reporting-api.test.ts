/** An https page with Reporting-Endpoints crashes and runs out of memory; its browser tells the server, and the server shows it. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ProcessedBrowserCrash, ReportDetail } from '@crashkeep/server/api-types'
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { crash, crashed, launchChromium, loggedIn } from './harness/chromium.ts'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'
import { startServer, type TestedServer } from './harness/server.ts'
import { until } from './harness/until.ts'

declare global {
  interface Window {
    /** Newer than TypeScript's DOM. */
    readonly crashReport: { initialize(bytes: number): Promise<void>; set(key: string, value: string): void }
  }
}

const openSslTimeoutMs = 60_000
const deliveryTimeoutMs = 60_000
const processingTimeoutMs = 60_000
/** Of V8's old generation: full within two seconds, and never more of the machine's memory than this. */
const heapMiB = 100

describe('an https page with Reporting-Endpoints', () => {
  const undo = undoAfterAll()
  let server: TestedServer
  let shop: Server
  let shopUrl: string
  let browser: Browser
  let reader: Page

  beforeAll(async () => {
    const folder = temporaryFolder(undo, 'reporting')
    const certificate = selfSigned(folder)
    const cert = readFileSync(certificate.cert)
    const tls = ['--tls-cert', certificate.cert, '--tls-key', certificate.key]
    server = await startServer({ dataDir: join(folder, 'data'), arguments: tls, ca: cert })
    undo(() => server.stop())
    shop = createServer({ cert, key: readFileSync(certificate.key) }, (_, response) => {
      response.setHeader('content-type', 'text/html')
      response.setHeader('reporting-endpoints', `crash-reporting="${server.ingestUrl}"`)
      response.end('<!doctype html><title>Shop</title><h1>Shop</h1>')
    })
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
    undo(() => shop.close())
    // Listening on a port, so the address is not a path.
    shopUrl = `https://127.0.0.1:${(shop.address() as AddressInfo).port}`
    browser = await launchChromium({
      home: join(folder, 'home'),
      arguments: ['--ignore-certificate-errors', `--js-flags=--max-old-space-size=${heapMiB}`],
    })
    undo(() => browser.close())
    reader = await loggedIn(browser, server)
  })

  /** A page of the shop that has told what it is doing. */
  async function openShop(path: string, phase: string): Promise<Page> {
    const page = await browser.newPage({ ignoreHTTPSErrors: true })
    await page.goto(`${shopUrl}${path}`)
    await page.evaluate(async (value) => {
      const { crashReport } = window
      await crashReport.initialize(4096)
      crashReport.set('phase', value)
      crashReport.set('release', 'shop@2.0.0')
      crashReport.set('__proto__', 'kept')
    }, phase)
    return page
  }

  function reportOf(path: string): Promise<ReportDetail> {
    return until(`the report of ${path}`, deliveryTimeoutMs, async () => {
      const answer = await server.ask('/api/v1/reports?project=default')
      for (const { id } of (JSON.parse(answer.text) as { items: { id: string }[] }).items) {
        const report = await server.finishedReport(id, processingTimeoutMs)
        if (browserCrash(report).url === `${shopUrl}${path}`) return report
      }
      return undefined
    })
  }

  async function show(report: ReportDetail): Promise<string> {
    await reader.goto(`${server.url}/p/default/r/${report.id}`)
    await reader.locator('#context').waitFor()
    return reader.locator('article.report').innerText()
  }

  test('tells of a crash, with what the page had noted', async () => {
    await crash(await openShop('/cart?step=2', 'cart.total'))
    // The query is left out before anything is kept.
    const report = await reportOf('/cart')
    expect(report).toMatchObject({ kind: 'browser', dialect: 'reporting-api', state: 'processed', version: '2.0.0' })
    expect(browserCrash(report)).toMatchObject({
      reason: null,
      isTopLevel: true,
      visibilityState: 'visible',
      context: { phase: 'cart.total', release: 'shop@2.0.0' },
      userAgent: expect.stringContaining('Chrome/'),
      stack: [],
    })
    expect(Object.entries(browserCrash(report).context)).toContainEqual(['__proto__', 'kept'])
    const shown = await show(report)
    for (const text of ['cart.total', 'shop@2.0.0', `${shopUrl}/cart`, 'top level']) expect(shown).toContain(text)
  })

  test('tells of memory that ran out, with what the page had noted', async () => {
    const page = await openShop('/report', 'building the report')
    const gone = crashed(page)
    // Ordinary objects only: those of the heap limit.
    page
      .evaluate(() => {
        const kept: unknown[] = []
        for (;;) kept.push(Array.from({ length: 1000 }, (_, index) => ({ index, text: `row ${kept.length}.${index}` })))
      })
      .catch(() => undefined)
    await gone
    const report = await reportOf('/report')
    expect(browserCrash(report)).toMatchObject({ reason: 'oom', isTopLevel: true, context: { phase: 'building the report' } })
    expect(report).toMatchObject({ reason: 'oom', state: 'processed' })
    expect(report.sentence).toContain('ran out of memory')
    const shown = await show(report)
    for (const text of ['ran out of memory', 'oom', 'building the report']) expect(shown).toContain(text)
  })

  test('keeps the two in groups of their own', async () => {
    const [cart, oom] = [await reportOf('/cart'), await reportOf('/report')]
    expect(cart.groupId).not.toBe(oom.groupId)
    await reader.goto(`${server.url}/p/default`)
    for (const { groupId } of [cart, oom]) await reader.locator(`a[href="/p/default/g/${groupId}"]`).first().waitFor()
    expect(server.output).not.toMatch(/"level":(50|60)/)
  })
})

function browserCrash(report: ReportDetail): ProcessedBrowserCrash {
  // The server's own schema for reports of this kind.
  return report.processed as ProcessedBrowserCrash
}

function selfSigned(folder: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const options = { stdio: 'ignore', timeout: openSslTimeoutMs } as const
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...names], options)
  return { cert, key }
}
