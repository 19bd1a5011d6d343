/**
 * Crash reports of real pages in Debian's Chromium, from the death of a process to what the server says of it. Hangs are the exception: a
 * browser without a window ends no page that hangs, so these come from bytes that Chromium 156 sent (unresponsive.test.ts).
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessedBrowserCrash, Project, ReportDetail } from '@crashkeep/server/api-types'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { crash, crashed, launchChromium } from '../harness/chromium.ts'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { type CrashSite, startCrashSite } from '../harness/crash-site.ts'
import { type Gate, startGate } from '../harness/gate.ts'
import { exchange } from '../harness/http.ts'
import { type Certificate, selfSigned } from '../harness/self-signed.ts'
import { startServer, type TestedServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'

const deliveryTimeoutMs = 60_000
const processingTimeoutMs = 60_000
/** Reports were seen within 100 ms; after this long none comes any more. What must come is waited for. */
const silenceMs = 3_000
/** Of the processor's time, in seconds: a process that only starts uses less. */
const clearlyMoreSeconds = 0.3

interface CrashReportContext {
  initialize(bytes: number): Promise<void>
  set(key: string, value: string): void
}

describe('crash reports of pages in Chromium', () => {
  const undo = undoAfterAll()
  let certificate: Certificate
  let server: TestedServer
  let gate: Gate
  let site: CrashSite
  let browser: Browser
  let context: BrowserContext
  let ingestPath = ''

  beforeAll(async () => {
    const folder = temporaryFolder(undo, 'web')
    certificate = selfSigned(folder)
    const tls = ['--tls-cert', certificate.certPath, '--tls-key', certificate.keyPath]
    server = await startServer({ dataDir: join(folder, 'data'), arguments: tls, ca: certificate.cert })
    undo(() => server.stop())
    ingestPath = new URL(server.ingestUrl).pathname
    gate = await startGate(undo, certificate, server.url)
    site = await startCrashSite(undo, certificate)
    browser = await launchChromium({
      home: join(folder, 'home'),
      // The delays between attempts begin with 0.1 s instead of a minute.
      arguments: ['--ignore-certificate-errors', '--short-reporting-delay', '--host-resolver-rules=MAP *.test 127.0.0.1'],
    })
    undo(() => browser.close())
    context = await browser.newContext({ ignoreHTTPSErrors: true })
  })

  /** Where the gate takes reports of one case. */
  const endpoint = (name: string, path = ingestPath) => `${gate.origin}${path}?case=${name}`
  const both = (name: string) => ({ 'reporting-endpoints': `crash-reporting="${endpoint(name)}", default="${endpoint(name)}"` })

  async function open(url: string, notes: Readonly<Record<string, string>> = {}): Promise<Page> {
    const page = await context.newPage()
    await page.goto(url)
    await tell(page, notes)
    return page
  }

  async function tell(page: Page, notes: Readonly<Record<string, string>>): Promise<void> {
    if (Object.keys(notes).length === 0) return
    await page.evaluate(async (entries) => {
      const { crashReport } = window as unknown as { crashReport: CrashReportContext }
      await crashReport.initialize(4096)
      for (const [name, value] of entries) crashReport.set(name, value)
    }, Object.entries(notes))
  }

  async function reports(project = 'default'): Promise<readonly ReportDetail[]> {
    const { text } = await server.ask(`/api/v1/reports?project=${project}&limit=100`)
    const { items } = JSON.parse(text) as { items: { id: string }[] }
    return Promise.all(items.map(({ id }) => server.finishedReport(id, processingTimeoutMs)))
  }

  /** Those of the page at this path, once there is one. */
  const reportsOf = (path: string, project?: string) =>
    until(`a report of ${path}`, deliveryTimeoutMs, async () => {
      const found = (await reports(project)).filter((report) => pathOf(report) === path)
      return found.length > 0 ? found : undefined
    })

  /** The first one, once it was answered. */
  const posted = (name: string) => until(`a request of ${name}`, deliveryTimeoutMs, () => gate.posts(`case=${name}`)[0])

  test('a crash is one POST of one report, within two seconds', async () => {
    const page = await open(site.page('/plain', { headers: both('plain') }))
    const before = Date.now()
    await crash(page)
    const [report] = await reportsOf('/plain')
    await posted('plain')
    await delay(silenceMs)
    const sent = gate.posts('case=plain')
    expect(sent).toHaveLength(1)
    expect((sent[0]?.at ?? 0) - before).toBeLessThan(2_000)
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject([{ type: 'crash', body: { crash_report_api: {}, is_top_level: true } }])
    expect(browserCrash(report)).toMatchObject({
      reason: null,
      toldBy: null,
      context: {},
      isTopLevel: true,
      url: `https://localhost:${site.port}/plain`,
    })
    expect(report?.sentence).toContain('crashed or was killed by the system')
  })

  test('default alone is enough, nothing named is nothing sent, and a bad crash-reporting blocks a good default', async () => {
    const cases = {
      'only-default': `default="${endpoint('only-default')}"`,
      neither: `csp="${endpoint('neither')}"`,
      blocked: `crash-reporting="relative/path", default="${endpoint('blocked')}"`,
    }
    for (const [name, value] of Object.entries(cases))
      await crash(await open(site.page(`/${name}`, { headers: { 'reporting-endpoints': value } })))
    await reportsOf('/only-default')
    await posted('only-default')
    await delay(silenceMs)
    expect(Object.keys(cases).map((name) => gate.posts(`case=${name}`).length)).toEqual([1, 0, 0])
  })

  test('a process that the system kills is reported without a reason, one that is asked to end is not', async () => {
    for (const [path, signal] of [
      ['/sigkill', 'SIGKILL'],
      ['/sigterm', 'SIGTERM'],
    ] as const) {
      const page = await open(site.page(path, { headers: both(path.slice(1)) }), { phase: path })
      const gone = crashed(page)
      process.kill(await rendererOf(page), signal)
      await gone
    }
    const [killed] = await reportsOf('/sigkill')
    expect(browserCrash(killed)).toMatchObject({ reason: null, context: { phase: '/sigkill' } })
    await delay(silenceMs)
    expect(gate.posts('case=sigterm')).toEqual([])
  })

  test('to another origin a preflight goes first, and without its headers nothing follows', async () => {
    gate.disturb('case=mute', 'mute')
    for (const name of ['heard', 'mute']) await crash(await open(site.page(`/${name}`, { headers: both(name) })))
    const methods = (name: string) => gate.requests.filter(({ url }) => url.includes(`case=${name}`)).map(({ method }) => method)
    await posted('heard')
    await until('the preflight without an answer', deliveryTimeoutMs, () => methods('mute')[0])
    await delay(silenceMs)
    expect(methods('heard')).toEqual(['OPTIONS', 'POST'])
    expect(new Set(methods('mute'))).toEqual(new Set(['OPTIONS']))
  })

  test('what will never be kept is answered 204, and a browser does not repeat it', async () => {
    const created = await server.ask('/api/v1/projects', post({ slug: 'closed' }))
    const path = new URL((JSON.parse(created.text) as Project).keys[0]?.ingestUrl ?? '').pathname
    await server.ask(`/api/v1/projects/closed/keys/${path.split('/').at(-1)}`, { method: 'DELETE' })
    const closed = endpoint('closed', path)
    await crash(await open(site.page('/closed', { headers: { 'reporting-endpoints': `default="${closed}"` } })))
    await posted('closed')
    const bodies = [
      'no json',
      '7',
      '[{"type":"permissions-policy-violation","body":{}}]',
      `[{"type":"crash","body":{"x":"${'y'.repeat(2_000_000)}"}}]`,
    ]
    const answers = await Promise.all(bodies.map((body) => send(server.ingestUrl, Buffer.from(body))))
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204])
    await delay(silenceMs)
    expect(gate.posts('case=closed').map(({ status }) => status)).toEqual([204])
  })

  test('a server that is down, or whose answer is lost, gets the report again, and has it once with its own time', async () => {
    gate.disturb('case=down', 'refuse', 2)
    gate.disturb('case=lost', 'forget', 2)
    for (const name of ['down', 'lost']) await crash(await open(site.page(`/${name}`, { headers: both(name) })))
    for (const name of ['down', 'lost']) {
      await until(`the third attempt of ${name}`, deliveryTimeoutMs, () => gate.posts(`case=${name}`).find(({ status }) => status === 204))
      const found = await reportsOf(`/${name}`)
      expect(found).toHaveLength(1)
      const attempts = gate.posts(`case=${name}`)
      expect(attempts).toHaveLength(3)
      // The first that the server heard, and so the one that it kept.
      const heard = attempts[name === 'down' ? 2 : 0]
      const [{ age } = { age: Number.NaN }] = JSON.parse(heard?.body ?? '') as { age: number }[]
      const crashedAt = Date.parse(found[0]?.crashedAt ?? '')
      expect(crashedAt).toBeGreaterThanOrEqual((heard?.at ?? Number.NaN) - age)
      expect(crashedAt).toBeLessThanOrEqual((heard?.answeredAt ?? Number.NaN) - age)
    }
  })

  test('an opener and its popup that end with one process are one death of two pages', async () => {
    const opener = await open(site.page('/opener', { headers: both('opener'), popup: site.page('/popup', { headers: both('popup') }) }), {
      sid: 'one-session',
      page: 'a',
    })
    const [popup] = await Promise.all([context.waitForEvent('page'), opener.click('button')])
    await popup.waitForLoadState()
    await tell(popup, { sid: 'one-session', page: 'b' })
    const gone = crashed(popup)
    await crash(opener)
    await gone
    await until(
      'both reports',
      deliveryTimeoutMs,
      () => (gate.posts('case=opener').length > 0 && gate.posts('case=popup').length > 0) || undefined,
    )
    const report = await until('one report of both pages', deliveryTimeoutMs, async () =>
      (await reports()).find((each) => browserCrash(each).context.sid === 'one-session' && browserCrash(each).documents.length > 0),
    )
    const { url, documents } = browserCrash(report)
    expect([url, ...documents.map((document) => document.url)].map((each) => new URL(each ?? '').pathname).sort()).toEqual([
      '/opener',
      '/popup',
    ])
    expect(report.occurrences).toBe(1)
    expect((await reports()).filter((each) => browserCrash(each).context.sid === 'one-session')).toHaveLength(1)
  })

  test('a page that dies with every reload is one report with a count', async () => {
    const url = site.page('/loop', { headers: both('loop') })
    for (const name of ['first', 'second', 'third']) {
      await crash(await open(url, { sid: 'a-loop', page: name }))
      await delay(1_100)
    }
    const report = await until('three deaths', deliveryTimeoutMs, async () =>
      (await reportsOf('/loop')).find(({ occurrences }) => occurrences === 3),
    )
    expect(await reportsOf('/loop')).toHaveLength(1)
    await until('their documents', processingTimeoutMs, async () =>
      browserCrash(await server.report(report.id)).documents.length === 2 ? true : undefined,
    )
  })

  test('a frame of another site reports its own end, to its own project', async () => {
    const created = await server.ask('/api/v1/projects', post({ slug: 'frames' }))
    const path = new URL((JSON.parse(created.text) as Project).keys[0]?.ingestUrl ?? '').pathname
    const frameUrl = site.page('/frame', { host: 'b.test', headers: { 'reporting-endpoints': `default="${endpoint('frame', path)}"` } })
    const page = await open(site.page('/around', { host: 'a.test', headers: both('around'), frame: frameUrl }))
    const frame = await until('the frame', deliveryTimeoutMs, () => page.frames().find((each) => each.url().startsWith('https://b.test')))
    const session = await context.newCDPSession(frame)
    session.send('Page.crash').catch(() => undefined)
    const [report] = await reportsOf('/frame', 'frames')
    expect(browserCrash(report)).toMatchObject({ isTopLevel: false, url: `https://b.test:${site.port}/frame` })
    expect(report?.sentence).toMatch(/^The frame/)
    expect(gate.posts('case=around')).toEqual([])
    await page.close()
  })

  test('names and characters that break other programs are kept as they came', async () => {
    const notes = { ['__proto__']: 'kept', constructor: 'too', '': 'nameless', nul: 'a\u0000b\uffff', stack: 'none', 'a.b': '<b>' }
    await crash(await open(site.page('/hostile', { headers: both('hostile') }), notes))
    const [report] = await reportsOf('/hostile')
    expect(Object.entries(browserCrash(report).context).sort()).toEqual(Object.entries(notes).sort())
    expect(browserCrash(report)).toMatchObject({ stackMissing: 'not_sent', stack: [] })
    const facets = JSON.parse((await server.ask('/api/v1/facets?project=default')).text) as {
      items: { field: string; values: { value: string }[] }[]
    }
    const values = (field: string) => facets.items.find((each) => each.field === field)?.values.map(({ value }) => value)
    expect(values('route')).toContain('/hostile')
    expect(values('browser')).toEqual([expect.stringMatching(/^Chrome \d+$/)])
    expect(values('frame')).toEqual(['top level'])
  })

  test('queries, users and tokens of addresses are not kept', async () => {
    const secret = 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6'
    await crash(await open(site.page(`/reset/${secret}/now`, { headers: both('secret') })))
    const [report] = await reportsOf('/reset/%E2%80%A6/now')
    expect(JSON.stringify(report)).not.toContain(secret)
    expect(JSON.stringify(report)).not.toContain('reporting-endpoints')
    expect((await posted('secret')).body).toContain(secret)
  })

  test('of a batch the crash is kept and the rest beside it', async () => {
    // As Chromium 156 sends what one document has to say.
    const common = { age: 1, url: 'https://shop.example/batch?x=1', user_agent: 'Chrome/156' }
    const csp = { ...common, type: 'csp-violation', body: { effectiveDirective: 'img-src', statusCode: 200 } }
    const bytes = Buffer.from(JSON.stringify([csp, { ...common, type: 'crash', body: { crash_report_api: {} } }]))
    expect((await send(server.ingestUrl, bytes)).status).toBe(204)
    const [report] = await reportsOf('/batch')
    expect(browserCrash(report).neighbours).toMatchObject([{ type: 'csp-violation' }])
    const { items } = JSON.parse((await server.ask('/api/v1/rejections?project=default')).text) as { items: { reason: string }[] }
    expect(items.map(({ reason }) => reason)).toContain('not_a_crash')
  })

  test('nothing of all this was an error of the server', () => {
    expect(server.output).not.toMatch(/"level":(50|60)/)
  })

  const post = (json: unknown) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(json)),
  })
  const send = (url: string, body: Buffer) =>
    exchange(url, { method: 'POST', headers: { 'content-type': 'application/reports+json' }, body, ca: certificate.cert })

  /** Of all processes of pages the one that works while this page does. */
  async function rendererOf(page: Page): Promise<number> {
    const session = await browser.newBrowserCDPSession()
    const times = async () => {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo')
      return new Map(processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]))
    }
    const before = await times()
    return until('one process to have worked', deliveryTimeoutMs, async () => {
      await page.evaluate(() => {
        for (const end = performance.now() + 500; performance.now() < end; );
      })
      const used = [...(await times())].map(([id, time]) => ({ id, seconds: time - (before.get(id) ?? 0) }))
      const [most, next] = used.sort((a, b) => b.seconds - a.seconds)
      return (most?.seconds ?? 0) - (next?.seconds ?? 0) > clearlyMoreSeconds ? most?.id : undefined
    })
  }
})

function browserCrash(report: ReportDetail | undefined): ProcessedBrowserCrash {
  // The server's own schema for reports of this kind.
  return report?.processed as ProcessedBrowserCrash
}

function pathOf(report: ReportDetail): string | undefined {
  const { url } = browserCrash(report)
  return url === null || !URL.canParse(url) ? undefined : new URL(url).pathname
}
