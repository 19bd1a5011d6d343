import { afterEach, describe, expect, it } from 'vitest'
import { minidumpPart, multipart } from '../intake/multipart-for-tests.ts'
import { type CollectorOptions, send, startCollector, type TestCollector, testKey } from './collector-for-tests.ts'

const body = multipart([{ name: 'ProductName', value: 'Firefox' }, minidumpPart(Buffer.from('MDMP'))], 'b')
const headers = { 'content-type': 'multipart/form-data; boundary=b' }

let collector: TestCollector
afterEach(() => collector.close())
const start = async (options: CollectorOptions = { keyless: { project: 'default', public: false } }) => {
  collector = await startCollector(options)
}
const post = (path: string, more: Record<string, string> = {}, bytes = body) =>
  send(collector.port, path, { body: bytes, headers: { ...headers, ...more } })

describe('the address of Socorro', () => {
  it('answers CrashID with an id that ends in the day, under which the report is found', async () => {
    await start()
    const answer = await post('/submit')
    expect([answer.status, answer.headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain/)])
    const id = /^CrashID=(bp-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{5}0\d{6})\n$/.exec(answer.text)?.[1] ?? ''
    expect(id.slice(-6)).toBe(new Date().toISOString().slice(2, 10).replaceAll('-', ''))
    expect((await collector.report(id)).submission.dialect).toBe('socorro')
    expect((await collector.report(id.slice(3))).submission.aliases).toContain(id)
  })

  it("refuses with the collector's words and statuses", async () => {
    await start()
    const cases: [string, Record<string, string>, Buffer][] = [
      ['malformed_wrong_content_type', { 'content-type': 'application/octet-stream' }, body],
      ['malformed_no_boundary', { 'content-type': 'multipart/form-data' }, body],
      ['malformed_no_content_length', {}, Buffer.alloc(0)],
      ['malformed_bad_gzip', { 'content-encoding': 'gzip' }, Buffer.from('\x1f\x8b garbage', 'latin1')],
      ['malformed_invalid_payload_structure', {}, Buffer.from('garbage')],
    ]
    for (const [reason, more, bytes] of cases) {
      const { status, text } = await post('/submit', more, bytes)
      expect([status, text]).toEqual([400, `Discarded=${reason}`])
    }
    const untyped = await send(collector.port, '/submit', { body })
    expect([untyped.status, untyped.text]).toEqual([400, 'Discarded=malformed_no_content_type'])
  })
})

describe('the address of mini-breakpad-server', () => {
  it('answers 200 with the bare id as HTML', async () => {
    await start()
    const answer = await post('/post')
    expect([answer.status, answer.headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/html/)])
    expect((await collector.report(answer.text)).submission.dialect).toBe('mini-breakpad')
  })
})

describe('addresses without a key', () => {
  it('do not exist without a project for them', async () => {
    await start({})
    expect([(await post('/submit')).status, (await post('/post')).status]).toEqual([404, 404])
  })

  it('refuse who came through a proxy, from a page, or by another name', async () => {
    await start()
    const strangers: Record<string, string>[] = [
      { 'x-forwarded-for': '10.0.0.1' },
      { forwarded: 'for=10.0.0.1' },
      { via: '1.1 proxy' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { host: 'evil.example' },
      { host: 'localhost.evil.example' },
      { host: '127.0.0.1.evil.example' },
    ]
    for (const stranger of strangers) {
      expect([stranger, (await post('/submit', stranger)).status]).toEqual([stranger, 403])
      expect((await post('/post', stranger)).status).toBe(403)
    }
    for (const host of ['localhost', 'localhost:1', '127.0.0.1', '[::1]:8080']) expect((await post('/post', { host })).status).toBe(200)
  })

  it('take from anywhere when they are public', async () => {
    await start({ keyless: { project: 'default', public: true } })
    expect((await post('/post', { host: 'crash.example', 'x-forwarded-for': '10.0.0.1' })).status).toBe(200)
  })

  it('are never what a wrong key falls back to', async () => {
    await start()
    expect((await post(`/i/${'0'.repeat(32)}`)).status).toBe(404)
    expect((await post(`/i/${testKey}`)).status).toBe(200)
  })
})
