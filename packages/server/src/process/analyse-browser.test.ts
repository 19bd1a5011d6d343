import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { ProcessedBrowserCrash } from '../api/schema.ts'
import { analyseBrowser } from './analyse-browser.ts'
import { browserName } from './browser-name.ts'
import type { ModuleAsked } from './messages.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-browser-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

function write(content: unknown): string {
  files += 1
  const path = join(folder, String(files))
  writeFileSync(path, JSON.stringify(content))
  return path
}

interface Given {
  readonly report: object
  readonly others?: readonly object[]
  /** Path of the map of a script. */
  readonly mapOf?: (module: ModuleAsked) => string | null
}

async function analyse({ report, others = [], mapOf = () => null }: Given) {
  const asked: ModuleAsked[] = []
  const documents = others.map((other) => ({ path: write({ report: other, neighbours: [] }), receivedAt: 1_000_000 }))
  const task = { kind: 'browser' as const, outputPath: '', fields: [], now: 0, receivedAt: 2_000_000 }
  const analysis = await analyseBrowser({ ...task, inputPath: write({ report, neighbours: [] }), documents }, async (modules) => {
    asked.push(...modules)
    return modules.map(mapOf)
  })
  return { ...analysis, asked, crash: JSON.parse(analysis.crashJson) as ProcessedBrowserCrash }
}

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
const report = (body: object = {}, more: object = {}) => ({
  type: 'crash',
  age: 5,
  url: 'https://shop.example/orders/7',
  user_agent: chrome,
  body,
  ...more,
})
const stack = '\n    at https://h.example/a/app.js?v=2:1:1\n    at t (https://h.example/a/app.js?v=2:1:31)\n    at Array.map (<anonymous>)'
/** Columns 1 and 31 of line 1 are lines 1 and 3 of cart.ts, the second by the name `total`. */
const sourceMap = {
  version: 3,
  sources: ['cart.ts'],
  sourcesContent: ['one\ntwo\nthree\nfour'],
  names: ['total'],
  mappings: 'AAAA,8BAEAA',
}

describe("the report of a browser's page", () => {
  test('asks for the maps of its scripts by path, release and debug id', async () => {
    const context = { release: 'shop@2.0.0', debugIds: '{"https://h.example/a/app.js?v=2":"85314830-023f-4cf1-a267-535f4e37bb17"}' }
    const { asked, summary, crash } = await analyse({ report: report({ reason: 'unresponsive', stack, crash_report_api: context }) })
    expect(asked).toEqual([
      {
        debugFile: 'a/app.js',
        debugId: 'release:2.0.0',
        codeFile: 'https://h.example/a/app.js?v=2',
        codeId: '85314830023F4CF1A267535F4E37BB17',
      },
    ])
    expect(summary.modules).toMatchObject([{ debugFile: 'a/app.js', hadSymbols: false }])
    expect(crash.stack.map(({ map }) => map)).toEqual(['missing', 'missing', null])
    expect(summary.page).toEqual({ route: '/orders/:id', browser: 'Chrome 156', visibility: null, frame: null })
  })

  test('is signed and told by what people wrote, where a map tells', async () => {
    const path = write(sourceMap)
    const body = { reason: 'unresponsive', stack, is_top_level: true, visibility_state: 'hidden' }
    const { crash, summary, header } = await analyse({ report: report(body), mapOf: () => path })
    expect(crash.stack[0]?.original).toEqual({
      function: null,
      source: 'cart.ts',
      line: 1,
      column: 1,
      ignored: false,
      excerpt: { firstLine: 1, lines: ['one', 'two', 'three'] },
    })
    expect(crash.stack[1]).toMatchObject({ function: 't', line: 1, column: 31, map: 'used', original: { line: 3, source: 'cart.ts' } })
    expect(summary.signature).toBe('unresponsive | (anonymous) (cart.ts) | t (cart.ts)')
    expect(summary.modules).toMatchObject([{ hadSymbols: true }])
    expect(header.sentence).toContain('in `an anonymous function` (cart.ts:1) while it was hidden and was ended')
  })

  test('says which map is damaged, and keeps the stack as it came', async () => {
    const path = write({ version: 3, mappings: 7 })
    const { crash, summary } = await analyse({ report: report({ reason: 'unresponsive', stack }), mapOf: () => path })
    expect(crash.stack[0]).toMatchObject({ map: 'damaged', original: null, line: 1 })
    expect(summary.problems).toMatchObject([{ code: 'bad_source_map', message: expect.stringContaining('app.js') }])
    expect(summary.modules).toMatchObject([{ hadSymbols: false }])
  })

  test('of a death that others told of, too, has all of them, and the word of the browser first', async () => {
    const context = { sid: 's', page: 'p' }
    const told = report({ crash_report_api: { ...context, breadcrumbs: 'clicked', detected_by: 'other-tab' } })
    const native = report({ reason: 'oom', crash_report_api: { ...context, phase: 'pay' } })
    const popup = report({ crash_report_api: { sid: 's', page: 'q' } }, { url: 'https://shop.example/popup' })
    const { crash, header } = await analyse({ report: told, others: [native, popup] })
    expect(crash).toMatchObject({ reason: 'oom', toldBy: null, context: { phase: 'pay', breadcrumbs: 'clicked' } })
    expect(crash.context.detected_by).toBeUndefined()
    expect(crash.documents).toMatchObject([
      { toldBy: 'other-tab', at: new Date(2_000_000 - 5).toISOString() },
      { url: 'https://shop.example/popup', toldBy: null, at: new Date(1_000_000 - 5).toISOString() },
    ])
    expect(header.sentence).toContain('ran out of memory')
  })

  test('says in words what no reason means, and who found out', async () => {
    expect((await analyse({ report: report() })).header.sentence).toMatch(
      /crashed or was killed by the system; the browser gives no reason/,
    )
    const told = await analyse({ report: report({ crash_report_api: { detected_by: 'next-load' } }) })
    expect(told.header.sentence).toContain('as another page found out')
    expect(told.crash.toldBy).toBe('next-load')
  })

  test('keeps members that nobody knows', async () => {
    const { crash } = await analyse({ report: report({ crashId: 'x', memory: { peak: 7 }, future: 'text', big: ['y'.repeat(10_000)] }) })
    expect(crash.extra).toMatchObject({ crashId: 'x', memory: { peak: 7 }, big: expect.stringMatching(/^\["yyy/) })
    expect(crash.context).toEqual({ future: 'text' })
  })
})

test.each([
  [chrome, 'Chrome 156'],
  [`${chrome} Edg/156.0.0.0`, 'Edge 156'],
  [
    'Mozilla/5.0 (Linux; Android 16; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/150.0.0.0 Mobile Safari/537.36',
    'WebView 150',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15', 'Safari 26'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
    'Safari 26',
  ],
  ['Mozilla/5.0 Shop/1.0 Chrome/140.0.0.0 Electron/38.1.0 Safari/537.36', 'Electron 38'],
  ['curl/8', null],
  [null, null],
])('%s is %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name)
})

const fixtures = new URL('../../../../../shared/fixtures/reporting-api/', import.meta.url)

describe.skipIf(!existsSync(fixtures))('real reports of Chromium 156 (needs ../shared fixtures)', () => {
  const read = (name: string) => analyse({ report: JSON.parse(readFileSync(new URL(`chromium156-${name}.json`, fixtures), 'utf8'))[0] })

  test('of an unresponsive page name their six frames, also where an address holds parentheses', async () => {
    const { crash, asked } = await read('crash-unresponsive-with-stack')
    expect(crash.stack.map(({ function: name }) => name)).toEqual([null, '#sum', 'Cart.total', 'step', 'Array.map', 'start'])
    expect(asked).toMatchObject([{ debugFile: 'static/app(1).min.js', debugId: 'release:2.0.0' }])
  })

  test('of a page that has not opted in hold a hint and no frame', async () => {
    const { crash } = await read('crash-unresponsive-not-opted-in')
    expect([crash.stackMissing, crash.stack]).toEqual(['not_opted_in', []])
  })

  test('of a frame of another site are embedded', async () => {
    expect((await read('crash-cross-site-iframe')).summary.page).toMatchObject({ frame: 'embedded' })
  })
})
