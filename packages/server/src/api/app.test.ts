import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { synthDump } from '@crashkeep/minidump/synth'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../../testing/test-server.ts'
import type { ReportDetail, TokenCreated } from './schema.ts'

const dump = synthDump({ threads: [{ id: 1 }] })

describe('sessions', () => {
  let server: TestServer
  let clock = Date.now()
  beforeAll(async () => {
    server = await testServer({ app: { now: () => clock } })
  })
  afterAll(() => server.close())

  const origin = 'http://localhost'
  const login = (token: string, headers: Record<string, string> = { origin }) =>
    server.ask({ method: 'POST', url: '/api/v1/session', payload: { token }, headers }, null)
  const cookieOf = (answer: Awaited<ReturnType<typeof login>>) => {
    const cookie = answer.cookies[0]
    return `${cookie?.name}=${cookie?.value}`
  }

  test('a token is exchanged for a cookie that scripts cannot read and other sites cannot send', async () => {
    const answer = await login(server.token)
    expect(answer.statusCode).toBe(204)
    expect(answer.cookies).toMatchObject([{ name: 'crashkeep_session', httpOnly: true, sameSite: 'Strict', path: '/' }])
    const me = await server.ask({ url: '/api/v1/me', headers: { cookie: cookieOf(answer) } }, null)
    expect(me.json()).toMatchObject({ loggedInBy: 'cookie', projects: null })
  })

  test('a wrong token is refused, ten of them from one address make it wait', async () => {
    const other = await testServer()
    const attempt = () => other.ask({ method: 'POST', url: '/api/v1/session', payload: { token: 'wrong' } }, null)
    for (let count = 0; count < 10; count += 1) expect((await attempt()).json()).toMatchObject({ code: 'bad_token' })
    const blocked = await attempt()
    expect(blocked.statusCode).toBe(429)
    expect(blocked.headers['retry-after']).toBe('60')
    await other.close()
  })

  test('a change by cookie needs the origin of our own pages', async () => {
    const cookie = cookieOf(await login(server.token))
    const change = (headers: Record<string, string>) =>
      server.ask({ method: 'POST', url: '/api/v1/projects', payload: { slug: 'x' }, headers: { cookie, ...headers } }, null)
    expect((await change({})).json()).toMatchObject({ code: 'bad_origin' })
    expect((await change({ origin: 'https://evil.example' })).json()).toMatchObject({ code: 'bad_origin' })
    expect((await change({ origin: 'null' })).json()).toMatchObject({ code: 'bad_origin' })
    expect((await change({ origin: 'https://localhost' })).statusCode).toBe(403)
    expect((await change({ origin })).statusCode).toBe(201)
  })

  test('a foreign page cannot log its visitor in', async () => {
    expect((await login(server.token, { origin: 'https://evil.example' })).json()).toMatchObject({ code: 'bad_origin' })
  })

  test('the secret is replaced after an hour and the old one goes on for requests under way', async () => {
    const first = cookieOf(await login(server.token))
    clock += 3_600_001
    const answer = await server.ask({ url: '/api/v1/me', headers: { cookie: first } }, null)
    expect(answer.statusCode).toBe(200)
    const second = cookieOf(answer)
    expect(second).toMatch(/^crashkeep_session=/)
    expect(second).not.toBe(first)
    const late = await server.ask({ url: '/api/v1/me', headers: { cookie: first } }, null)
    expect(late.statusCode).toBe(200)
    expect(late.cookies).toEqual([])
    expect((await server.ask({ url: '/api/v1/me', headers: { cookie: second } }, null)).statusCode).toBe(200)
  })

  test('after logging out the cookie opens nothing', async () => {
    const cookie = cookieOf(await login(server.token))
    expect((await server.ask({ method: 'DELETE', url: '/api/v1/session', headers: { cookie, origin } }, null)).statusCode).toBe(204)
    expect((await server.ask({ url: '/api/v1/me', headers: { cookie } }, null)).statusCode).toBe(401)
  })

  test('a revoked token ends its sessions', async () => {
    const made = (
      await server.ask({ method: 'POST', url: '/api/v1/tokens', payload: { name: 'guest', scopes: ['read'], projects: null } })
    ).json<TokenCreated>()
    const cookie = cookieOf(await login(made.secret))
    expect((await server.ask({ url: '/api/v1/me', headers: { cookie } }, null)).statusCode).toBe(200)
    await server.ask({ method: 'DELETE', url: `/api/v1/tokens/${made.id}` })
    expect((await server.ask({ url: '/api/v1/me', headers: { cookie } }, null)).statusCode).toBe(401)
  })

  test('a token cannot make one that may do more than itself', async () => {
    const weak = await server.tokenWith(['administer'])
    const answer = await server.ask({ method: 'POST', url: '/api/v1/tokens', payload: { name: 'n', scopes: ['read-dumps'] } }, weak)
    expect(answer.json()).toMatchObject({ code: 'missing_scope' })
  })
})

describe('pages and API', () => {
  let server: TestServer
  afterEach(() => server.close())

  test('do not answer to a foreign host name; the ingest address does', async () => {
    server = await testServer()
    const headers = { host: 'evil.example' }
    expect((await server.ask({ url: '/api/v1/me', headers })).json()).toMatchObject({ code: 'unknown_host' })
    expect((await server.ask({ url: '/', headers })).statusCode).toBe(421)
    expect((await server.ask({ method: 'OPTIONS', url: `/i/${server.key}`, headers }, null)).statusCode).toBeLessThan(300)
  })

  test('answer with one form of error', async () => {
    server = await testServer()
    expect((await server.ask({ url: '/nowhere' })).json()).toEqual({ code: 'not_found', message: 'There is nothing at this address.' })
    expect((await server.ask({ url: '/api/v1/nowhere' }, null)).json()).toMatchObject({ code: 'not_found' })
    expect((await server.ask({ url: '/api/v1/groups' })).json()).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('project'),
    })
    const broken = { method: 'POST' as const, url: '/api/v1/projects', headers: { 'content-type': 'application/json' }, payload: '{' }
    expect((await server.ask(broken)).json()).toMatchObject({ code: 'bad_request' })
    expect((await server.ask({ url: '/api/v1/symbols?project=default&stored=true&cursor=x' })).json()).toMatchObject({
      code: 'bad_request',
    })
  })

  test('say in words when the pages are not built, under the strict policy', async () => {
    server = await testServer()
    const page = await server.ask({ url: '/p/default' }, null)
    expect(page.body).toContain('not built')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect(page.headers['content-security-policy']).not.toContain('unsafe')
  })

  test('are ready without a database question hanging, and show metrics to this machine only', async () => {
    server = await testServer()
    expect((await server.ask({ url: '/health' }, null)).json()).toMatchObject({ status: 'alive' })
    expect((await server.ask({ url: '/__heartbeat__' }, null)).json()).toEqual({ errors: [] })
    expect((await server.ask({ url: '/__lbheartbeat__' }, null)).statusCode).toBe(200)
    expect((await server.ask({ url: '/__version__' }, null)).json()).toMatchObject({ version: expect.any(String) })
    expect((await server.ask({ url: '/ready' }, null)).json()).toEqual({
      ready: true,
      accepting: true,
      database: 'reachable',
      disk: 'enough',
    })
    expect((await server.ask({ url: '/metrics' }, null)).body).toContain('crashkeep_http_seconds_bucket')
    expect((await server.ask({ url: '/metrics', remoteAddress: '192.0.2.1' }, null)).statusCode).toBe(401)
    expect((await server.ask({ url: '/metrics', headers: { 'x-forwarded-for': '192.0.2.1' } }, null)).statusCode).toBe(401)
    expect((await server.ask({ url: '/metrics', remoteAddress: '192.0.2.1' })).statusCode).toBe(200)
  })
})

describe('reports', () => {
  let server: TestServer
  afterEach(() => server.close())

  test('are readable with their files as soon as they were acknowledged, before the store has them', async () => {
    server = await testServer({ settles: false })
    const id = await server.upload(dump, { version: '1.2' })
    expect(await server.report(id)).toMatchObject({
      id,
      project: 'default',
      state: 'received',
      fields: { version: '1.2' },
      attachments: [{ name: 'upload_file_minidump', fileName: 'a.dmp', size: dump.length }],
      processed: null,
    } satisfies Partial<Record<keyof ReportDetail, unknown>>)
    const file = await server.ask({ url: `/api/v1/reports/${id}/attachments/upload_file_minidump` })
    expect(file.rawPayload.equals(Buffer.from(dump))).toBe(true)
    const other = await server.store.ledger.createProject({ slug: 'other', name: 'Other' })
    expect((await server.ask({ url: `/api/v1/reports/${id}` }, await server.tokenWith(['read'], [other.id]))).statusCode).toBe(404)
  })

  test('are found by the first 16 digits of their id', async () => {
    server = await testServer()
    const id = await server.upload(dump)
    expect((await server.report(id.slice(0, 16))).id).toBe(id)
    const listed = await server.ask({ url: `/api/v1/reports?id=${id.slice(0, 16)}` })
    expect(listed.json<{ items: { id: string }[] }>().items.map((item) => item.id)).toEqual([id])
  })

  test('give their files away as something to save, never to show, and write down who took them', async () => {
    server = await testServer()
    const id = await server.upload(dump, {})
    const file = await server.ask({ url: `/api/v1/reports/${id}/attachments/upload_file_minidump` })
    expect(file.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="a.dmp"; filename*=UTF-8''a.dmp`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    })
    expect(file.rawPayload.equals(Buffer.from(dump))).toBe(true)
    expect((await server.store.ledger.audits(1))[0]).toMatchObject({ action: 'read-dump', target: `${id}/upload_file_minidump` })
    expect((await server.ask({ url: `/api/v1/reports/${id}/attachments/..%2F..%2Freport.json` })).statusCode).toBe(404)
  })

  test.each([
    [
      'as the body',
      (bytes: Uint8Array) => ({ headers: { 'content-type': 'application/octet-stream' }, payload: Readable.from([Buffer.from(bytes)]) }),
    ],
    [
      'gzip',
      (bytes: Uint8Array) => ({
        headers: { 'content-type': 'application/octet-stream', 'content-encoding': 'gzip' },
        payload: Readable.from([gzipSync(bytes)]),
      }),
    ],
  ])('are added by hand, %s', async (_name, request) => {
    server = await testServer({ processes: true })
    const answer = await server.ask({ method: 'POST', url: '/api/v1/projects/default/reports?name=my.dmp', ...request(dump) })
    expect(answer.statusCode).toBe(201)
    const { id } = answer.json<{ id: string }>()
    expect(await server.finished(id)).toMatchObject({
      state: 'processed',
      dialect: 'upload',
      attachments: [{ fileName: 'my.dmp', size: dump.length }],
    })
  })

  test('by hand without a body are refused in words', async () => {
    server = await testServer()
    const answer = await server.ask({ method: 'POST', url: '/api/v1/projects/default/reports' })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ message: expect.any(String) })
  })

  test('of a browser carry their context and a sentence', async () => {
    server = await testServer({ processes: true })
    const body = [
      {
        type: 'crash',
        age: 10,
        url: 'https://shop.example/cart',
        user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
        body: {
          reason: 'unresponsive',
          stack: '\n    at Cart.total (https://shop.example/app.js:1:42)',
          crash_report_api: { release: '2.0' },
        },
      },
    ]
    const headers = { 'content-type': 'application/reports+json', origin: 'https://shop.example' }
    await server.ask({ method: 'POST', url: `/i/${server.key}`, headers, payload: JSON.stringify(body) }, null)
    await server.spool.drained()
    const { items } = (await server.ask({ url: '/api/v1/reports?project=default' })).json<{ items: { id: string }[] }>()
    expect(await server.finished(items[0]?.id ?? '')).toMatchObject({
      kind: 'browser',
      version: '2.0',
      reason: 'unresponsive',
      sentence: 'The page shop.example/cart stopped responding in `Cart.total` and was ended.',
      processed: {
        kind: 'browser',
        context: { release: '2.0' },
        stack: [{ function: 'Cart.total', line: 1, column: 42 }],
        stackMissing: null,
      },
    })
  })
})

describe('symbols', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await testServer()
  })
  afterAll(() => server.close())
  const text = 'MODULE Linux x86_64 0123456789ABCDEF0123456789ABCDEF0 app\nFUNC 10 10 0 main\n'
  const send = (query: string, payload: string | Buffer, headers: Record<string, string> = { 'content-type': 'text/plain' }) =>
    server.ask({ method: 'POST', url: `/api/v1/symbols?${query}`, headers, payload: Readable.from([Buffer.from(payload)]) })

  test('come as a body or gzip, and are served in the layout of Breakpad', async () => {
    const uploaded = await send('project=default', gzipSync(text), { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
    expect(uploaded.json()).toMatchObject({ debugFile: 'app', outcome: 'stored', size: text.length })
    const file = await server.ask({ url: '/api/v1/symbols/app/0123456789ABCDEF0123456789ABCDEF0/app.sym' })
    expect(file.body).toBe(text)
    expect((await server.ask({ url: '/api/v1/symbols/app/0123456789ABCDEF0123456789ABCDEF0/other.sym' })).statusCode).toBe(404)
    expect((await server.ask({ url: '/api/v1/symbols?project=default&stored=true' })).json()).toMatchObject({
      items: [{ debugFile: 'app' }],
    })
  })

  test('that are none, or nobody’s, are refused in words', async () => {
    expect((await send('project=default', 'hello')).json()).toMatchObject({ code: 'bad_symbols' })
    expect((await send('', text)).json()).toMatchObject({ code: 'bad_request', message: expect.stringContaining('?project=') })
    expect((await send('project=nowhere', text)).statusCode).toBe(404)
    expect((await send('project=default', text, { 'content-type': 'text/plain', 'content-encoding': 'compress' })).json()).toMatchObject({
      code: 'bad_encoding',
    })
  })

  test('for every project need a token for every project', async () => {
    const limited = await server.tokenWith(['upload-symbols'], [1])
    const answer = await server.ask(
      { method: 'POST', url: '/api/v1/symbols?shared=true', payload: text, headers: { 'content-type': 'text/plain' } },
      limited,
    )
    expect(answer.json()).toMatchObject({ code: 'whole_server_only' })
  })

  test('that differ for one id are a conflict', async () => {
    expect((await send('project=default', `${text}PUBLIC 100 0 other\n`)).json()).toMatchObject({ outcome: 'conflict', reprocessing: 0 })
  })
})
