import { synthDump } from '@crashkeep/minidump/synth'
import { afterEach, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../../testing/test-server.ts'
import type { GroupDetail, ProcessedBrowserCrash, SourceMapUploaded, SymbolModule } from '../api/schema.ts'

let server: TestServer
afterEach(() => server.close())

const stack = '\n    at s (https://h.example/static/app.js:1:1)\n    at t (https://h.example/static/app.js:1:31)'
const sourceMap = { version: 3, sources: ['cart.ts'], sourcesContent: ['one\ntwo\nthree'], names: ['total'], mappings: 'AAAA,8BAEAA' }

/** Id of the report, in the store. */
async function sendReport(context: object): Promise<string> {
  const body = { reason: 'unresponsive', stack, crash_report_api: context }
  const known = await reportIds()
  await server.app.inject({
    method: 'POST',
    url: `/i/${server.key}`,
    headers: { 'content-type': 'application/reports+json' },
    payload: JSON.stringify([{ type: 'crash', age: 1, url: 'https://h.example/', user_agent: 'x', body }]),
  })
  await server.spool.drained()
  return (await reportIds()).find((id) => !known.includes(id)) ?? ''
}

async function reportIds(): Promise<string[]> {
  const { items } = (await server.ask({ url: '/api/v1/reports?project=default' })).json<{ items: { id: string }[] }>()
  return items.map(({ id }) => id)
}

async function upload(query: string, map: object = sourceMap): Promise<SourceMapUploaded> {
  const answer = await server.ask({
    method: 'POST',
    url: `/api/v1/source-maps?project=default&script=dist/app.js${query}`,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(map),
  })
  return answer.json<SourceMapUploaded>()
}

/** Once it was processed with a map. */
async function mapped(id: string): Promise<ProcessedBrowserCrash> {
  for (;;) {
    const { processed } = await server.finished(id)
    const crash = processed as ProcessedBrowserCrash
    if (crash.stack[0]?.map === 'used') return crash
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function scripts(): Promise<SymbolModule[]> {
  return (await server.ask({ url: '/api/v1/symbols?project=default' })).json<{ items: SymbolModule[] }>().items
}

test('a report that lacked a source map is processed again when it comes, and keeps its group', async () => {
  server = await testServer({ processes: true })
  const id = await sendReport({ release: 'shop@2.0.0-rc.1' })
  const before = await server.finished(id)
  expect(before).toMatchObject({ signature: 'unresponsive | s (app.js) | t (app.js)', version: '2.0.0-rc.1' })
  expect(await scripts()).toMatchObject([{ debugFile: 'static/app.js', debugId: 'RELEASE:2.0.0-RC.1', state: 'missing', reports: 1 }])
  expect(await upload('&release=9.9.9')).toMatchObject({ outcome: 'stored', reprocessing: 0 })
  expect(await upload('&release=2.0.0-rc.1')).toMatchObject({ reprocessing: 1, release: '2.0.0-rc.1', script: 'dist/app.js' })
  const crash = await mapped(id)
  expect(crash.stack.map(({ original }) => original && [original.function, original.source, original.line])).toEqual([
    ['total', 'cart.ts', 1],
    ['t', 'cart.ts', 3],
  ])
  const after = await server.finished(id)
  expect(after.signature).toBe('unresponsive | total (cart.ts)')
  expect(after.groupId).toBe(before.groupId)
  expect((await server.ask({ url: `/api/v1/groups/${after.groupId}` })).json<GroupDetail>()).toMatchObject({
    count: 1,
    signature: after.signature,
  })
  expect(await scripts()).toMatchObject([{ state: 'present', file: { scope: expect.stringContaining('project:') } }])
})

test('a map without a release, and one with the debug id that the page told, serve reports that came before', async () => {
  server = await testServer({ processes: true })
  const plain = await sendReport({})
  const debugIds = JSON.stringify({ 'https://h.example/static/app.js': '85314830-023f-4cf1-a267-535f4e37bb17' })
  const told = await sendReport({ release: '7', debugIds })
  for (const id of [plain, told]) await server.finished(id)
  expect(await upload('&release=8', { ...sourceMap, debugId: '85314830-023f-4cf1-a267-535f4e37bb17' })).toMatchObject({ reprocessing: 1 })
  await mapped(told)
  expect(await upload('')).toMatchObject({ release: null, reprocessing: 1 })
  await mapped(plain)
})

test.each(['fields of the upload', 'annotations of the dump'])('the stack of a full JavaScript heap is mapped, from %s', async (where) => {
  server = await testServer({ processes: true })
  const heap = {
    'electron.v8-oom.is_heap_oom': '1',
    'electron.v8-oom.stack':
      'at s (file:///C:/Program%20Files/Shop/resources/app.asar/static/app.js:1:1)\n    at t (file:///opt/shop/static/app.js:1:31)',
    _version: '2.0.0',
  }
  const inDump = where === 'annotations of the dump'
  const dump = synthDump({ threads: [{ id: 1 }], ...(inDump ? { crashpad: { annotations: new Map(Object.entries(heap)) } } : {}) })
  const id = await server.upload(dump, inDump ? {} : heap)
  expect(await server.finished(id)).toMatchObject({ signature: 'OOM | JavaScript heap | s (app.js) | t (app.js)', version: '2.0.0' })
  expect((await scripts()).filter(({ debugId }) => debugId === 'RELEASE:2.0.0').map(({ state }) => state)).toContain('missing')
  expect(await upload('&release=2.0.0')).toMatchObject({ reprocessing: 1 })
  for (;;) {
    const { processed, signature } = await server.finished(id)
    const stack = (processed as { javascript_stack?: ProcessedBrowserCrash['stack'] }).javascript_stack ?? []
    if (stack[0]?.map !== 'used') continue
    expect(stack.map(({ original }) => original?.source)).toEqual(['cart.ts', 'cart.ts'])
    expect(signature).toBe('OOM | JavaScript heap | total (cart.ts)')
    return
  }
})

const debugId = '85314830-023f-4cf1-a267-535f4e37bb17'

describe.each([
  ['by its release', '&release=2.0.0', sourceMap, {}],
  ['by its debug id', '&release=9', { ...sourceMap, debugId }, { '/opt/shop/static/app.js': debugId }],
] as const)('the stack of a Node.js program is mapped %s', (_how, query, map, debugIds) => {
  const place = '/opt/shop/static/app.js'
  const text = `TypeError: no card\n    at s (${place}:1:1)\n    at t (${place}:1:31)\n    at node:internal/main:5:3`
  const sources = ['cart.ts', 'cart.ts', undefined]

  test('of an error that @crashkeep/reporter saw, which is then the signature', async () => {
    server = await testServer({ processes: true })
    const death = {
      'js.name': 'TypeError',
      'js.message': 'no card',
      'js.stack': text,
      _version: '2.0.0',
      debugIds: JSON.stringify(debugIds),
    }
    const id = await server.upload(synthDump({ threads: [{ id: 1 }] }), death)
    expect(await server.finished(id)).toMatchObject({
      signature: 'TypeError | s (app.js) | t (app.js)',
      reason: 'TypeError: no card',
      sentence: 'An error was thrown and not caught in `s` (app.js:1): TypeError: no card.',
    })
    expect(await upload(query, map)).toMatchObject({ reprocessing: 1 })
    for (;;) {
      const { processed, signature } = await server.finished(id)
      const { javascript_stack: stack = [] } = processed as { javascript_stack?: ProcessedBrowserCrash['stack'] }
      if (stack[0]?.map !== 'used') continue
      expect(stack.map(({ original }) => original?.source)).toEqual(sources)
      expect(signature).toBe('TypeError | total (cart.ts)')
      return
    }
  })

  test("of an event of Sentry's client", async () => {
    server = await testServer({ processes: true })
    const frames = [
      { function: 't', filename: place, lineno: 1, colno: 31 },
      { function: 's', filename: place, lineno: 1, colno: 1 },
    ]
    const images = Object.entries(debugIds).map(([code_file, debug_id]) => ({ type: 'sourcemap', code_file, debug_id }))
    const event = {
      event_id: 'a'.repeat(32),
      platform: 'node',
      release: 'shop@2.0.0',
      exception: { values: [{ type: 'TypeError', value: 'no card', stacktrace: { frames } }] },
      debug_meta: { images },
    }
    const envelope = [{ event_id: event.event_id }, { type: 'event' }, event].map((line) => JSON.stringify(line)).join('\n')
    const sent = await server.app.inject({
      method: 'POST',
      url: `/api/1/envelope/?sentry_key=${server.key}`,
      headers: { 'content-type': 'application/x-sentry-envelope' },
      payload: envelope,
    })
    expect(sent.statusCode, sent.body).toBe(200)
    await server.spool.drained()
    const [id = ''] = await reportIds()
    expect(await server.finished(id)).toMatchObject({ signature: 'TypeError | s (app.js) | t (app.js)' })
    expect(await upload(query, map)).toMatchObject({ reprocessing: 1 })
    expect((await mapped(id)).stack.map(({ original }) => original?.source)).toEqual(sources.slice(0, 2))
  })
})

test('the stack of a full JavaScript heap is mapped by a debug id that the program told', async () => {
  server = await testServer({ processes: true })
  const place = 'file:///opt/shop/static/app.js'
  const id = await server.upload(synthDump({ threads: [{ id: 1 }] }), {
    'electron.v8-oom.is_heap_oom': '1',
    'electron.v8-oom.stack': `at s (${place}:1:1)\n    at t (${place}:1:31)`,
    debugIds: JSON.stringify({ [place]: debugId }),
  })
  await server.finished(id)
  expect(await upload('&release=9', { ...sourceMap, debugId })).toMatchObject({ reprocessing: 1 })
  for (;;) if ((await server.finished(id)).signature === 'OOM | JavaScript heap | total (cart.ts)') return
})

test('what is no source map is refused with one sentence', async () => {
  server = await testServer()
  const answer = await server.ask({
    method: 'POST',
    url: '/api/v1/source-maps?project=default&script=a.js',
    headers: { 'content-type': 'application/json' },
    payload: '{"a":1}',
  })
  expect([answer.statusCode, answer.json()]).toEqual([422, { code: 'bad_symbols', message: expect.stringContaining('no source map') }])
  const nameless = await server.ask({
    method: 'POST',
    url: '/api/v1/source-maps?project=default',
    headers: { 'content-type': 'application/json' },
    payload: '{}',
  })
  expect(nameless.statusCode).toBe(400)
})
