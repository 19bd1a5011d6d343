/** What a page tells through `@crashkeep/browser`, from the page in Chromium to what the server shows. */
import { join } from 'node:path'
import { Agent } from '@crashkeep/browser/agent'
import { reportingEndpoints } from '@crashkeep/browser/server'
import type { ProcessedBrowserCrash, ReportDetail } from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { exchange } from '../harness/http.ts'
import { type Certificate, selfSigned } from '../harness/self-signed.ts'
import { startServer, type TestedServer } from '../harness/server.ts'
import { isWatched, soon, type TestedBrowser, type TestedTab } from '../harness/tested-browser.ts'
import { testedChromium } from '../harness/tested-chromium.ts'
import { until } from '../harness/until.ts'
import { watchedSite } from '../harness/watched-site.ts'

const reportTimeoutMs = 60_000

describe('a page with @crashkeep/browser, and the server', () => {
  const undo = undoAfterAll()
  let certificate: Certificate
  let server: TestedServer
  let browser: TestedBrowser
  /** Pages whose browser reports; of the second also the package itself does. */
  let native: string
  let both: string
  /** Only the package reports. */
  let silent: string

  beforeAll(async () => {
    const folder = temporaryFolder(undo, 'page')
    certificate = selfSigned(folder)
    const tls = ['--tls-cert', certificate.certPath, '--tls-key', certificate.keyPath]
    server = await startServer({ dataDir: join(folder, 'data'), arguments: tls, ca: certificate.cert })
    undo(() => server.stop())
    const { ingestUrl: endpoint } = server
    const headers = { ...reportingEndpoints({ crashes: endpoint }) }
    native = await watchedSite(undo, { certificate, endpoint, headers, start: 'deadTabs: false, hangs: false' })
    both = await watchedSite(undo, { certificate, endpoint, headers })
    silent = await watchedSite(undo, { certificate, endpoint, start: 'serviceWorker: true, errors: true' })
    browser = await testedChromium(join(folder, 'home'))
    undo(() => browser.close())
  })

  async function reportsOf(url: string): Promise<readonly ReportDetail[]> {
    const { text } = await server.ask('/api/v1/reports?project=default&limit=100')
    const { items } = JSON.parse(text) as { items: { id: string }[] }
    const all = await Promise.all(items.map(({ id }) => server.finishedReport(id, reportTimeoutMs)))
    return all.filter((report) => crashOf(report).url === url)
  }
  const reportOf = (url: string) => until(`the report of ${url}`, reportTimeoutMs, async () => (await reportsOf(url))[0])

  async function ready(url: string): Promise<TestedTab> {
    const tab = await browser.openTab(url)
    await tab.evaluate(`new Promise((resolve) => { const look = () => (window.crashkeep ? resolve() : setTimeout(look, 10)); look() })`)
    await tab.evaluate('crashkeep.crashContext.initialize()')
    return tab
  }

  async function watched(url: string): Promise<TestedTab> {
    const tab = await ready(url)
    await tab.show()
    await tab.evaluate(isWatched)
    return tab
  }

  test('its context arrives, up to the last of 64 KiB', async () => {
    const tab = await ready(`${native}/context`)
    await tab.evaluate(`crashkeep.crashContext.set('phase', 'cart.total')`)
    const length = await tab.evaluate(`(() => {
      const { crashContext: context } = crashkeep
      const length = context.capacity - context.bytes - '"filler":"",'.length
      if (!context.set('filler', 'x'.repeat(length)) || context.bytes !== 65536) throw new Error('not full: ' + context.bytes)
      context.flush()
      return length
    })()`)
    await tab.kill()
    const { context } = crashOf(await reportOf(`${native}/context`))
    expect(context).toMatchObject({ phase: 'cart.total', release: 'shop@2.0.0', sid: expect.any(String) })
    expect(context.filler).toHaveLength(Number(length))
  })

  test('half an emoji takes the context of the browser with it, but not one of the package', async () => {
    const raw = await browser.openTab(`${native}/raw?bare`)
    await raw.evaluate(`(async () => {
      await crashReport.initialize(4096)
      crashReport.set('phase', 'raw')
      crashReport.set('name', '\\ud83d')
    })()`)
    await raw.kill()
    expect(crashOf(await reportOf(`${native}/raw`)).context).toEqual({})
    const safe = await ready(`${native}/safe`)
    await safe.evaluate(`crashkeep.crashContext.set('name', '\\ud83d'), crashkeep.crashContext.flush()`)
    await safe.kill()
    expect(crashOf(await reportOf(`${native}/safe`)).context).toMatchObject({ name: '\ufffd', release: 'shop@2.0.0' })
  })

  test('too much of it costs the oldest breadcrumbs and nothing else', async () => {
    const tab = await ready(`${native}/quota`)
    const refused = await tab.evaluate(`(() => {
      const { crashContext: context } = crashkeep
      context.set('phase', 'cart')
      for (let step = 0; step < 300; step++) context.addBreadcrumb('step ' + step + ' <'.repeat(80))
      const refused = !context.set('phase', 'y'.repeat(70000))
      context.flush()
      return refused
    })()`)
    expect(refused).toBe(true)
    await tab.kill()
    const { context } = crashOf(await reportOf(`${native}/quota`))
    expect(context).toMatchObject({ phase: 'cart', release: 'shop@2.0.0' })
    expect(context.breadcrumbs).toContain('step 299 ')
    expect(context.breadcrumbs).not.toContain('step 0 ')
  })

  test('a frame tells for the page that it is in', async () => {
    const tab = await ready(`${native}/frames`)
    await tab.evaluate(`new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.src = '/inside'
      document.body.append(frame)
      const look = () => (frame.contentWindow.crashkeep ? resolve() : setTimeout(look, 10))
      look()
    })`)
    await tab.evaluate(`(async () => {
      const { crashContext } = frames[0].crashkeep
      await crashContext.initialize()
      crashContext.set('inside', 'checkout')
      crashContext.flush()
      crashkeep.crashContext.flush()
    })()`)
    await tab.kill()
    expect(crashOf(await reportOf(`${native}/frames`)).context).toMatchObject({ inside: 'checkout' })
  })

  test("the browser's report and the package's own are one", async () => {
    const [tab, witness] = [await watched(`${both}/dying`), await watched(`${both}/witness`)]
    await tab.show()
    await tab.evaluate(`new Promise((resolve) => { const look = () => (document.hidden ? setTimeout(look, 10) : resolve()); look() })`)
    await tab.evaluate(`crashkeep.crashContext.set('phase', 'paying'), crashkeep.crashContext.flush()`)
    await tab.kill()
    // The record goes once its report was taken.
    await witness.evaluate(`new Promise((resolve) => {
      const look = () => (Object.keys(localStorage).filter((key) => key.startsWith('crashkeep:page:')).length > 1 ? setTimeout(look, 20) : resolve())
      look()
    })`)
    const report = await until('both to be merged', reportTimeoutMs, async () => {
      const found = await reportsOf(`${both}/dying`)
      return found.length === 1 ? found[0] : undefined
    })
    expect(crashOf(report).context).toMatchObject({ phase: 'paying', release: 'shop@2.0.0' })
  })

  test('a service worker that outlives the page tells of it', async () => {
    const host = await browser.openTab(`${silent}/host?bare`)
    await host.evaluate(`navigator.serviceWorker.register('/service-worker.js', { type: 'module' })
      .then(() => navigator.serviceWorker.ready).then(() => true)`)
    const tab = await watched(`${silent}/served`)
    await tab.evaluate(`crashkeep.crashContext.set('phase', 'served'), crashkeep.crashContext.flush()`)
    await tab.kill()
    expect(crashOf(await reportOf(`${silent}/served`))).toMatchObject({ toldBy: 'service-worker', context: { phase: 'served' } })
    await host.close()
  })

  test('an uncaught error is a report of its own kind, with the same context', async () => {
    const tab = await ready(`${silent}/error`)
    await soon(tab, `throw new TypeError('no such cart')`)
    const report = await until('the error', reportTimeoutMs, async () => {
      const { text } = await server.ask('/api/v1/reports?project=default&limit=100')
      const { items } = JSON.parse(text) as { items: { id: string; kind: string }[] }
      const error = items.find(({ kind }) => kind === 'javascript')
      return error && server.finishedReport(error.id, reportTimeoutMs)
    })
    expect(report).toMatchObject({ kind: 'javascript', version: '2.0.0', state: 'processed' })
    expect(report.signature).toContain('TypeError')
    await tab.close()
  })

  test('an embedding program reports as a browser does', async () => {
    const agent = new Agent({
      userAgent: 'Engine/1.0',
      fetch: async (url, { method = 'GET', headers, body }) => {
        const bytes = typeof body === 'string' ? { body: Buffer.from(body) } : {}
        const answer = await exchange(url, { method, headers: Object.fromEntries(new Headers(headers)), ca: certificate.cert, ...bytes })
        const received = Object.entries(answer.headers).flatMap(([name, value]) =>
          typeof value === 'string' ? [[name, value] as const] : [],
        )
        return { status: answer.status, headers: new Map(received) as Pick<Headers, 'get'> & Map<string, string> }
      },
    })
    agent.documentLoaded(1, { url: 'https://embedded.example/editor', headers: { ...reportingEndpoints({ crashes: server.ingestUrl }) } })
    expect(await agent.documentDied(1, { reason: 'unresponsive', stack: '\n    at spin (https://embedded.example/app.js:1:2)' })).toBe(true)
    const report = await reportOf('https://embedded.example/editor')
    expect(crashOf(report)).toMatchObject({
      reason: 'unresponsive',
      userAgent: 'Engine/1.0',
      stack: [{ function: 'spin', line: 1, column: 2 }],
    })
    agent.close()
  })
})

function crashOf(report: ReportDetail): ProcessedBrowserCrash {
  // The server's own schema for reports of this kind; members of others are undefined.
  return report.processed as ProcessedBrowserCrash
}
