import { deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { minidumpPart, multipart } from '../../intake/multipart-for-tests.ts'
import type { SpoolReport } from '../../spool/spool-report.ts'
import { send, startCollector, type TestCollector, testKey } from '../collector-for-tests.ts'
import { envelope, messagePack, unrealContainer } from '../dialects-for-tests.ts'

const form = { 'content-type': 'multipart/form-data; boundary=b' }
const dump = Buffer.from('MDMP and more')
const eventId = 'fc6d8c0c43fc4630ad850ee518f1b9d0'
const dashed = 'fc6d8c0c-43fc-4630-ad85-0ee518f1b9d0'
const dashedOf = (digits: string) => digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
const event = {
  event_id: eventId,
  platform: 'node',
  release: 'shop@2.0.0',
  timestamp: 1_790_000_000,
  tags: { phase: 'cart' },
  exception: {
    values: [{ type: 'TypeError', value: 'no', stacktrace: { frames: [{ function: 'main' }, { function: 'total', lineno: 3 }] } }],
  },
}

let collector: TestCollector
beforeEach(async () => {
  collector = await startCollector()
})
afterEach(() => collector.close())

const post = (path: string, body: Buffer, headers: Record<string, string> = {}) => send(collector.port, path, { body, headers })
const query = `?sentry_key=${testKey}`
const jsonOf = (report: SpoolReport, name: string) => {
  const content = report.submission.files.find((file) => file.name === name)?.content
  return content?.kind === 'bytes' ? JSON.parse(Buffer.from(content.bytes).toString()) : undefined
}

describe("the key of Sentry's clients", () => {
  const body = envelope({ event_id: eventId }, [[{ type: 'event' }, JSON.stringify(event)]])

  it('is taken wherever it may stand', async () => {
    const places: [string, Record<string, string>, Buffer][] = [
      [`/api/1/envelope/${query}`, {}, body],
      [`/api/1/envelope${query}&sentry_version=7&sentry_client=x`, {}, body],
      ['/api/1/envelope/', { 'x-sentry-auth': `Sentry sentry_version=7, sentry_client=x/1, sentry_key=${testKey}` }, body],
      ['/api/1/envelope/', { authorization: `Sentry sentry_key=${testKey}` }, body],
      ['/api/1/envelope/', { authorization: `Basic ${Buffer.from(`${testKey}:`).toString('base64')}` }, body],
      ['/api/1/envelope/', {}, envelope({ event_id: eventId, dsn: `https://${testKey}@host/1` }, [[{ type: 'event' }, '{}']])],
      [
        '/api/1/envelope/',
        { 'content-encoding': 'gzip' },
        gzipSync(envelope({ dsn: `http://${testKey}@h/1` }, [[{ type: 'event' }, '{}']])),
      ],
      ['/api/1/envelope/', { 'x-sentry-auth': `Sentry sentry_key=${testKey}`, authorization: `Sentry sentry_key=${testKey}` }, body],
    ]
    for (const [path, headers, bytes] of places) {
      const answer = await post(path, bytes, headers)
      expect([path, headers, answer.status, answer.text]).toEqual([path, headers, 200, expect.stringMatching(/^\{"id":"[0-9a-f]{32}"\}$/)])
    }
  })

  it('is refused as Sentry refuses it: absent or twofold 401, unknown or of another project 403', async () => {
    const cases: [number, string, Record<string, string>][] = [
      [401, '/api/1/envelope/', {}],
      [401, `/api/1/envelope/${query}`, { 'x-sentry-auth': `Sentry sentry_key=${'1'.repeat(32)}` }],
      [403, `/api/1/envelope/?sentry_key=${'f'.repeat(32)}`, {}],
      [403, `/api/2/envelope/${query}`, {}],
      [403, `/api/x/minidump/${query}`, {}],
    ]
    for (const [status, path, headers] of cases) {
      const answer = await post(path, body, headers)
      expect([path, answer.status, JSON.parse(answer.text)]).toEqual([
        path,
        status,
        { detail: expect.stringMatching(/^\w+: /), causes: [] },
      ])
      expect(answer.headers['x-sentry-error']).toBeDefined()
    }
    expect(collector.spool.stats().appended).toBe(0)
  })
})

describe('an envelope', () => {
  it('makes one report of event and attachments, found by the event id in both forms', async () => {
    const body = envelope({ event_id: eventId, sent_at: 'x' }, [
      [{ type: 'event', content_type: 'application/json' }, JSON.stringify(event)],
      [{ type: 'attachment', filename: 'a\n.log', content_type: 'text/plain' }, 'two\nlines'],
      [{ type: 'transaction' }, '{}'],
      [{ type: 'something new' }, 'x'],
    ])
    const answer = await post(`/api/1/envelope/${query}`, body)
    expect(JSON.parse(answer.text)).toEqual({ id: eventId })
    const report = await collector.report(dashed)
    expect(await collector.report(eventId)).toEqual(report)
    const { submission } = report
    expect(submission).toMatchObject({ kind: 'javascript', dialect: 'sentry', clientReportId: dashed, crashedAt: 1_790_000_000_000 })
    expect(Object.fromEntries(submission.fields)).toMatchObject({ product: 'shop', version: '2.0.0', phase: 'cart' })
    expect(submission.files.map(({ name, size }) => [name, size])).toEqual([
      ['report', expect.any(Number)],
      ['event', expect.any(Number)],
      ['a\n.log', 9],
    ])
    expect(jsonOf(report, 'report').error).toMatchObject({
      type: 'TypeError',
      frames: [{ function: 'total', line: 3 }, { function: 'main' }],
    })
    expect(collector.rejections.map(({ reason }) => reason)).toEqual(['not_a_crash', 'not_a_crash'])
  })

  it('makes a dump of an attachment that is one, with what the event says', async () => {
    const body = envelope({ event_id: eventId }, [
      [{ type: 'event' }, JSON.stringify({ ...event, platform: 'native', exception: undefined })],
      [{ type: 'attachment', attachment_type: 'event.minidump', filename: 'x.dmp' }, gzipSync(dump)],
    ])
    expect((await post(`/api/1/envelope/${query}`, body)).status).toBe(200)
    const { submission } = await collector.report(eventId)
    expect(submission.kind).toBe('minidump')
    expect(submission.files.map(({ name, size }) => [name, size])).toEqual([
      ['event', expect.any(Number)],
      ['upload_file_minidump', dump.length],
    ])
    expect(submission.fields.get('version')).toBe('2.0.0')
  })

  it('of sessions and client reports only is answered and counted', async () => {
    const body = envelope({}, [
      [{ type: 'session' }, '{}'],
      [{ type: 'sessions' }, '{}'],
      [{ type: 'client_report' }, '{}'],
    ])
    const answer = await post(`/api/1/envelope/${query}`, body)
    expect([answer.status, answer.text]).toEqual([200, '{}'])
    expect(collector.rejections.map(({ reason }) => reason)).toEqual(['session', 'session', 'client_report'])
    expect(collector.spool.stats().appended).toBe(0)
  })

  it('of sessions counts them by release', async () => {
    const attrs = { release: 'shop@2.0.0' }
    const body = envelope({}, [
      [{ type: 'session' }, JSON.stringify({ sid: '1', init: true, status: 'ok', attrs })],
      [{ type: 'session' }, JSON.stringify({ sid: '1', status: 'crashed', errors: 1, attrs })],
      [{ type: 'session' }, JSON.stringify({ sid: '2', init: true, status: 'exited', errors: 2, attrs })],
      [
        { type: 'sessions' },
        JSON.stringify({
          aggregates: [
            { exited: 5, errored: 2, crashed: 1 },
            { exited: 1e9, crashed: -3 },
          ],
        }),
      ],
    ])
    expect((await post(`/api/1/envelope/${query}`, body)).status).toBe(200)
    expect(await collector.sessions()).toEqual([
      { release: '2.0.0', started: 2, errored: 1, crashed: 1 },
      { release: '', started: 1_000_008, errored: 2, crashed: 1 },
    ])
    expect(collector.rejections).toEqual([])
  })

  it('adds its files and feedback to an event that came before', async () => {
    await post(`/api/1/envelope/${query}`, envelope({ event_id: eventId }, [[{ type: 'event' }, JSON.stringify(event)]]))
    const feedback = { contexts: { feedback: { associated_event_id: eventId, message: 'it broke' } } }
    const later = [
      envelope({ event_id: eventId }, [[{ type: 'attachment', filename: 'log' }, 'x']]),
      envelope({ event_id: '0'.repeat(32) }, [[{ type: 'feedback' }, JSON.stringify(feedback)]]),
      envelope({}, [[{ type: 'user_report' }, JSON.stringify({ event_id: eventId, comments: 'it broke' })]]),
    ]
    for (const body of later) expect((await post(`/api/1/envelope/${query}`, body)).status).toBe(200)
    const id = (await collector.report(eventId)).id
    const settled: (string | undefined)[] = []
    collector.spool.startSettling(async ({ attachTo }) => void settled.push(attachTo))
    await collector.spool.drained()
    expect(settled).toEqual([undefined, id, id, id])
    expect((await post(`/api/1/envelope/${query}`, envelope({}, [[{ type: 'attachment' }, 'x']]))).status).toBe(404)
  })

  it('of feedback about no event, or about one that nobody knows, makes a report of its own', async () => {
    const words = { message: 'it is slow\nvery', contact_email: 'ann@example.com', url: 'https://shop.example/cart' }
    const own = '1'.repeat(32)
    const alone = { event_id: own, release: 'shop@2.0.0', contexts: { feedback: words } }
    const answer = await post(`/api/1/envelope/${query}`, envelope({ event_id: own }, [[{ type: 'feedback' }, JSON.stringify(alone)]]))
    expect([answer.status, answer.text]).toEqual([200, `{"id":"${own}"}`])
    const report = await collector.report(own)
    expect(report.submission).toMatchObject({ kind: 'feedback', clientReportId: dashedOf(own) })
    expect(Object.fromEntries(report.submission.fields)).toMatchObject({
      product: 'shop',
      version: '2.0.0',
      'feedback.message': 'it is slow\nvery',
      'feedback.contact_email': 'ann@example.com',
    })
    expect(jsonOf(report, 'report').error).toMatchObject({ message: 'Feedback: it is slow', url: 'https://shop.example/cart' })

    // The event that it is about may still be on its way; its id stays free for it.
    const early = envelope({ event_id: eventId }, [[{ type: 'user_report' }, JSON.stringify({ event_id: eventId, comments: 'broke' })]])
    const answered = JSON.parse((await post(`/api/1/envelope/${query}`, early)).text).id
    expect(answered).not.toBe(eventId)
    const { submission } = await collector.report(answered)
    expect([submission.kind, submission.fields.get('feedback.event_id'), submission.clientReportId]).toEqual([
      'feedback',
      dashed,
      undefined,
    ])
    const about = { event_id: '2'.repeat(32), contexts: { feedback: { ...words, associated_event_id: eventId } } }
    await post(`/api/1/envelope/${query}`, envelope({ event_id: '2'.repeat(32) }, [[{ type: 'feedback' }, JSON.stringify(about)]]))
    expect((await collector.report('2'.repeat(32))).submission.fields.get('feedback.event_id')).toBe(dashed)
    expect(await collector.spool.pending(eventId)).toBeUndefined()
  })

  it('without lengths, cut off or damaged is kept as far as it can be read', async () => {
    const text = `${JSON.stringify({ event_id: eventId })}\n{"type":"event"}\n${JSON.stringify(event)}\n\nno json\nx`
    expect((await post(`/api/1/envelope/${query}`, Buffer.from(text))).status).toBe(200)
    expect((await collector.report(eventId)).submission.problems).toMatchObject([{ code: 'damaged_envelope' }])
    const other = 'a'.repeat(32)
    const whole = envelope({ event_id: other }, [
      [{ type: 'event' }, JSON.stringify({ ...event, event_id: other })],
      [{ type: 'attachment', filename: 'log' }, 'x'.repeat(1000)],
    ])
    expect((await post(`/api/1/envelope/${query}`, whole.subarray(0, whole.length - 500))).status).toBe(200)
    expect((await collector.report(other)).submission.problems).toMatchObject([{ code: 'damaged_envelope' }])
    for (const [body, status] of [
      [Buffer.alloc(0), 400],
      [Buffer.from('garbage'), 400],
      [Buffer.from('[]\n'), 400],
    ] as const)
      expect((await post(`/api/1/envelope/${query}`, body)).status).toBe(status)
  })
})

describe("Sentry's address for dumps", () => {
  it('answers the id with dashes, and merges the fields of its Electron client', async () => {
    const scope = { release: 'shop@2.0.0', tags: { phase: 'cart' }, user: { id: '1' } }
    const chunks = JSON.stringify({ event_id: eventId, release: 'later@9', tags: { other: 'x' }, breadcrumbs: [{ message: 'hi' }] })
    const body = multipart(
      [
        { name: 'sentry___initialScope', value: JSON.stringify(scope) },
        { name: 'sentry__1', value: chunks.slice(0, 40) },
        { name: 'sentry__2', value: chunks.slice(40) },
        { name: 'sentry[contexts][os][name]', value: 'Linux' },
        { name: '_version', value: '2.0.1' },
        minidumpPart(dump),
      ],
      'b',
    )
    const answer = await post(`/api/1/minidump/${query}&guid=g&product=Electron`, gzipSync(body), { ...form, 'content-encoding': 'gzip' })
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, dashed, '36'])
    const report = await collector.report(eventId)
    const fields = Object.fromEntries(report.submission.fields)
    expect(fields).toMatchObject({
      version: '2.0.0',
      _version: '2.0.1',
      phase: 'cart',
      other: 'x',
      'user.id': '1',
      'os.name': 'Linux',
      guid: 'g',
    })
    expect(Object.keys(fields).filter((name) => name.startsWith('sentry'))).toEqual([])
    expect(jsonOf(report, 'event')).toMatchObject({ release: 'shop@2.0.0', breadcrumbs: [{ message: 'hi' }] })
  })

  it("reads the native client's event and breadcrumbs", async () => {
    const crumb = (n: number) => messagePack({ timestamp: `2026-11-20T00:00:0${n}Z`, message: `m${n}` })
    const part = (name: string, value: Buffer) => ({ name, fileName: name, type: 'application/octet-stream', value })
    const body = multipart(
      [
        part('__sentry-event', messagePack({ event_id: dashed, release: 'shop@3.1', tags: { a: 1 } })),
        part('__sentry-breadcrumb1', Buffer.concat([crumb(3), crumb(4)])),
        part('__sentry-breadcrumb2', Buffer.concat([crumb(1), crumb(2), Buffer.from([0xc1])])),
        minidumpPart(dump),
      ],
      'b',
    )
    expect((await post(`/api/1/minidump${query}`, body, form)).text).toBe(dashed)
    const report = await collector.report(dashed)
    expect(Object.fromEntries(report.submission.fields)).toMatchObject({ product: 'shop', version: '3.1', a: '1' })
    expect(jsonOf(report, 'event').breadcrumbs).toMatchObject([{ message: 'm3' }, { message: 'm4' }])
  })

  it('takes the dump as the body itself, and refuses what is none', async () => {
    expect((await post(`/api/1/minidump/${query}`, dump, { 'content-type': 'application/octet-stream' })).status).toBe(200)
    expect((await post(`/api/1/minidump/${query}`, multipart([{ name: 'a', value: 'b' }], 'b'), form)).status).toBe(400)
    expect(collector.rejections.map(({ reason }) => reason)).toEqual(['no_dump'])
  })

  it("takes Unreal Engine's container in both forms, the key in the path", async () => {
    const files = { 'CrashContext.runtime-xml': '<xml/>', 'UE4Minidump.dmp': 'MDMP', 'Shop.log': 'a line' }
    for (const container of [unrealContainer(files, 'CR1'), unrealContainer(files, 'older')]) {
      const answer = await post(`/api/1/unreal/${testKey}/?UserID=ann|epic|machine`, container, {
        'content-type': 'application/octet-stream',
      })
      expect([answer.status, answer.text]).toEqual([200, expect.stringMatching(/^[0-9a-f-]{36}$/)])
      const { submission } = await collector.report(answer.text)
      expect(submission.files.map(({ name, size }) => [name, size])).toEqual([
        ['CrashContext.runtime-xml', 6],
        ['upload_file_minidump', 4],
        ['Shop.log', 6],
      ])
      expect(Object.fromEntries(submission.fields)).toMatchObject({ 'user.id': 'ann', guid: 'machine' })
    }
    expect((await post(`/api/1/unreal/${testKey}/`, Buffer.from('no zlib'))).status).toBe(400)
  })
})

describe("Sentry's older and smaller addresses", () => {
  it('take an event as JSON and as base64 of zlib', async () => {
    const plain = await post(`/api/1/store/${query}`, Buffer.from(JSON.stringify(event)))
    expect(JSON.parse(plain.text)).toEqual({ id: eventId })
    const packed = Buffer.from(deflateSync(JSON.stringify({ ...event, event_id: undefined })).toString('base64'))
    const answer = await post('/api/store/', packed, { 'x-sentry-auth': `Sentry sentry_key=${testKey}` })
    const { id } = JSON.parse(answer.text)
    expect((await collector.report(id)).submission.fields.get('version')).toBe('2.0.0')
    expect((await post(`/api/1/store/${query}`, Buffer.from('neither'))).status).toBe(400)
  })

  it('take files for an event that came before', async () => {
    await post(`/api/1/store/${query}`, Buffer.from(JSON.stringify(event)))
    const body = multipart([{ name: 'log', fileName: 'a.log', value: 'x' }], 'b')
    expect((await post(`/api/1/events/${eventId}/attachments/${query}`, body, form)).status).toBe(201)
    expect((await post(`/api/1/events/${'0'.repeat(32)}/attachments/${query}`, body, form)).status).toBe(404)
  })

  it('let pages send from elsewhere', async () => {
    const preflight = await send(collector.port, '/api/1/envelope/', { method: 'OPTIONS', headers: { origin: 'https://shop.example' } })
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*'])
    expect(String(preflight.headers['access-control-allow-headers'])).toContain('x-sentry-auth')
    const answer = await post(`/api/1/envelope/${query}`, envelope({}, [[{ type: 'session' }, '{}']]), { origin: 'https://shop.example' })
    expect(answer.headers['access-control-expose-headers']).toContain('x-sentry-rate-limits')
  })
})
