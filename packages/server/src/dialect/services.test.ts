/** Backtrace, BugSplat and Bugsnag: what their clients for Electron send, after their sources; test/clients runs those for Node.js. */
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { zipOf } from '../../../../test/harness/zip.ts'
import { minidumpPart, multipart } from '../intake/multipart-for-tests.ts'
import { send, startCollector, type TestCollector, testKey } from './collector-for-tests.ts'
import { unrealContainer } from './dialects-for-tests.ts'

const form = { 'content-type': 'multipart/form-data; boundary=b' }
const dump = Buffer.from('MDMP and more')
const electron = multipart([{ name: '_productName', value: 'Shop' }, { name: '_version', value: '2.0.0' }, minidumpPart(dump)], 'b')

let collector: TestCollector
beforeEach(async () => {
  collector = await startCollector({ keyless: { project: 'default', public: false } })
})
afterEach(() => collector.close())
const post = (path: string, body: Buffer, headers: Record<string, string> = form) => send(collector.port, path, { body, headers })

describe('Backtrace', () => {
  it("answers a dump so that its Electron client finds the id in the 63 characters that are left of the answer, then takes that client's files", async () => {
    const url = `/submit.backtrace.io/universe/${testKey}/minidump`
    const answer = await post(`${url}?product=Electron&version=41&guid=g`, gzipSync(electron), { ...form, 'content-encoding': 'gzip' })
    const left = answer.text.slice(0, 63)
    const rxid = /"_rxid":\s*"([a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})"/i.exec(left)?.[1] ?? ''
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { response: 'ok', _rxid: rxid }])
    const { submission } = await collector.report(rxid)
    expect(submission).toMatchObject({ kind: 'minidump', dialect: 'backtrace' })
    const added = await post(`${url}?object=${rxid}&attachment_name=bt-breadcrumbs-0`, Buffer.from('[]'), {})
    expect([added.status, JSON.parse(added.text)]).toMatchObject([
      200,
      { response: 'ok', object: rxid, attachment_name: 'bt-breadcrumbs-0' },
    ])
    expect((await post(`${url}?object=${'0'.repeat(8)}-0000-0000-0000-000000000000&attachment_name=x`, Buffer.from('x'), {})).status).toBe(
      404,
    )
  })

  it('takes every form of its addresses', async () => {
    const paths = [
      `/post?format=minidump&token=${testKey}`,
      `/api/post?minidump&token=${testKey}`,
      `/universe/${testKey}/json?format=minidump`,
      `/universe/${testKey}/minidump&version=1.0`,
      '/post?format=minidump',
      '/?format=minidump',
    ]
    for (const path of paths) {
      if (path !== '/?format=minidump') {
        const question = await send(collector.port, path, { method: 'OPTIONS', headers: { origin: 'https://shop.example' } })
        expect([path, question.status, question.headers['access-control-allow-origin']]).toEqual([path, 204, '*'])
      }
      for (const [body, headers] of [
        [electron, form],
        [dump, {}],
      ] as const) {
        const answer = await post(path, body, headers)
        expect([path, answer.status, answer.text]).toEqual([path, 200, expect.stringContaining('"_rxid"')])
        const { submission } = await collector.report(JSON.parse(answer.text)._rxid)
        expect([path, submission.kind, submission.fields.has('token')]).toEqual([path, 'minidump', false])
      }
    }
  })

  it('takes attributes from form and address, the form first, and names attachments as they are', async () => {
    const body = multipart(
      [
        { name: 'phase', value: 'form' },
        { name: 'upload_file', fileName: 'x.dmp', value: dump },
        { name: 'attachment_shop.log', fileName: 'shop.log', value: 'x' },
      ],
      'b',
    )
    const answer = await post(`/api/post?format=minidump&token=${testKey}&phase=address&other=1`, body)
    const { submission } = await collector.report(JSON.parse(answer.text)._rxid)
    expect(Object.fromEntries(submission.fields)).toEqual({ phase: 'form', other: '1' })
    expect(submission.files.map(({ name }) => name)).toEqual(['upload_file_minidump', 'shop.log'])
  })

  it('knows product and version of a dump by its attributes, whatever Crashpad puts into the address', async () => {
    const body = multipart(
      [{ name: 'application', value: 'Shop' }, { name: 'application.version', value: '2.0.0' }, minidumpPart(dump)],
      'b',
    )
    const answer = await post(`/submit.backtrace.io/u/${testKey}/minidump?product=Electron&version=41&guid=g`, body)
    const { submission } = await collector.report(JSON.parse(answer.text)._rxid)
    expect(Object.fromEntries(submission.fields)).toMatchObject({ product: 'Shop', version: '2.0.0', guid: 'g' })
  })

  it('refuses a wrong token with 403 and a format that is none of its reports with 400', async () => {
    const wrong = await post(`/post?format=minidump&token=${'f'.repeat(64)}`, electron)
    expect([wrong.status, JSON.parse(wrong.text)]).toMatchObject([403, { error: { code: 'unknown_key' } }])
    expect((await post(`/universe/${testKey}/symbols`, dump, {})).status).toBe(400)
    expect((await post(`/universe/${testKey}/json`, Buffer.from('no json'), {})).status).toBe(400)
    expect(collector.spool.stats().appended).toBe(0)
  })
})

describe('BugSplat', () => {
  it("answers Electron with the bare id, and Crashpad's and Breakpad's posts with JSON", async () => {
    const asText = await post(`/i/${testKey}/post/electron/v2/crash.php`, gzipSync(electron), { ...form, 'content-encoding': 'gzip' })
    expect([asText.status, asText.text]).toEqual([200, expect.stringMatching(/^[0-9a-f]{36}$/)])
    for (const path of ['/post/bp/crash/crashpad.php', '/post/bp/crash/postBP.php']) {
      const body = multipart([{ name: 'database', value: testKey }, { name: 'prod', value: 'Shop' }, minidumpPart(dump)], 'b')
      const answer = await post(path, body)
      const { crash_id, ...rest } = JSON.parse(answer.text)
      expect([answer.status, rest]).toMatchObject([200, { status: 'success', url: '', message: expect.any(String) }])
      const { submission } = await collector.report(String(crash_id))
      expect([submission.kind, submission.fields.has('database')]).toEqual(['minidump', false])
    }
  })

  it('takes the database from host, query or form, and a name that is no key only from this machine', async () => {
    const named = multipart([{ name: 'database', value: 'fred' }, minidumpPart(dump)], 'b')
    const path = '/post/bp/crash/crashpad.php'
    const strange = multipart([{ name: 'database', value: 'f'.repeat(32) }, minidumpPart(dump)], 'b')
    const cases: [number, string, Buffer, Record<string, string>][] = [
      [200, path, electron, { host: `${testKey}.bugsplat.com` }],
      [200, `${path}?database=${testKey}`, electron, { host: 'crash.example' }],
      [200, path, named, {}],
      [400, path, named, { host: 'crash.example' }],
      [400, path, strange, {}],
      [400, `/i/${'f'.repeat(32)}${path}`, electron, {}],
    ]
    for (const [status, url, body, headers] of cases) {
      const answer = await post(url, body, { ...form, ...headers })
      expect([url, headers, answer.status, JSON.parse(answer.text).status]).toEqual([
        url,
        headers,
        status,
        status === 200 ? 'success' : 'fail',
      ])
    }
  })

  it("takes Unreal Engine's container, product and version from the path", async () => {
    const container = unrealContainer({ 'UE4Minidump.dmp': 'MDMP' }, 'CR1')
    const answer = await post(`/post/ue4/Shop/2.0.0?database=${testKey}`, container, { 'content-type': 'application/octet-stream' })
    const { submission } = await collector.report(String(JSON.parse(answer.text).crash_id))
    expect(Object.fromEntries(submission.fields)).toMatchObject({ product: 'Shop', version: '2.0.0' })
  })

  it('uploads in three steps to an address that is good for one report', async () => {
    const query = `database=${testKey}&appName=Shop&appVersion=2&crashPostSize=100`
    const asked = await send(collector.port, `/api/getCrashUploadUrl?${query}`, { method: 'GET' })
    const { url } = JSON.parse(asked.text)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/bugsplat\/uploads\/default\/[0-9a-f.]+$/)
    const put = (bytes: Buffer) => send(collector.port, new URL(url).pathname, { method: 'PUT', body: bytes })
    const commit = multipart(
      [
        { name: 'database', value: testKey },
        { name: 'appName', value: 'Shop' },
        { name: 's3key', value: url },
      ],
      'b',
    )
    expect((await post('/api/commitS3CrashUpload', commit)).status).toBe(400)
    expect((await put(Buffer.from('put down, and not heard of'))).status).toBe(200)
    expect((await put(zipOf({ 'a/crash.dmp': dump, '../../evil.log': Buffer.from('x'), 'second.dmp': dump }))).status).toBe(200)
    const done = await post('/api/commitS3CrashUpload', commit)
    const { submission } = await collector.report(String(JSON.parse(done.text).crashId))
    expect(submission.files.map(({ name, fileName, size }) => [name, fileName, size])).toEqual([
      ['upload_file_minidump', 'crash.dmp', dump.length],
      ['evil.log', 'evil.log', 1],
      ['second.dmp', 'second.dmp', dump.length],
    ])
    expect((await post('/api/commitS3CrashUpload', commit)).status).toBe(400)
    const forged = [
      `/bugsplat/uploads/default/${'0'.repeat(48)}`,
      new URL(url).pathname.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    ]
    for (const path of [...forged, new URL(url).pathname.replace(/\/\d/, '/9')])
      expect([path, (await send(collector.port, path, { method: 'PUT', body: dump })).status]).toEqual([path, 400])
  })

  it('hands out addresses at the place where it is reached', async () => {
    await collector.close()
    collector = await startCollector({ publicUrl: 'https://crash.example/' })
    const asked = await send(collector.port, `/api/getCrashUploadUrl?database=${testKey}`, { method: 'GET' })
    expect(JSON.parse(asked.text).url).toMatch(/^https:\/\/crash\.example\/bugsplat\/uploads\/default\//)
  })

  it('refuses a zip that is none or unpacks to too much', async () => {
    await collector.close()
    collector = await startCollector({ limits: { uploadBytes: 100_000 } })
    const upload = async (bytes: Buffer) => {
      const asked = await send(collector.port, `/api/getCrashUploadUrl?database=${testKey}`, { method: 'GET' })
      const { url } = JSON.parse(asked.text)
      await send(collector.port, new URL(url).pathname, { method: 'PUT', body: bytes })
      const commit = multipart(
        [
          { name: 'database', value: testKey },
          { name: 's3key', value: url },
        ],
        'b',
      )
      return (await post('/api/commitS3CrashUpload', commit)).text
    }
    expect(await upload(Buffer.from('PK and nothing'))).toContain('bad_zip')
    expect(await upload(zipOf({ 'a.dmp': Buffer.alloc(1_000_000) }))).toContain('too_large')
    expect(collector.spool.stats().appended).toBe(0)
  })
})

describe('Bugsnag', () => {
  const event = { app: { version: '2.0.0', name: 'Shop' }, user: { id: '1' }, breadcrumbs: [], exceptions: [] }

  it('takes dumps as its Electron client packs them, with the event beside', async () => {
    const body = multipart(
      [
        { name: 'upload_file_minidump', fileName: 'x.dmp', type: 'application/octet-stream', value: gzipSync(dump) },
        { name: 'event', value: JSON.stringify({ payloadVersion: '5', events: [event] }) },
      ],
      'b',
    )
    const answer = await post(`/minidump?api_key=${testKey}`, body)
    expect([answer.status, answer.text]).toEqual([202, 'Accepted'])
    const { submission } = await collector.report(String(answer.headers['bugsnag-event-id']))
    expect(submission).toMatchObject({ kind: 'minidump', dialect: 'bugsnag' })
    expect(submission.files.map(({ name, size }) => [name, size])).toEqual([
      ['upload_file_minidump', dump.length],
      ['event', expect.any(Number)],
    ])
    expect(Object.fromEntries(submission.fields)).toMatchObject({ version: '2.0.0', product: 'Shop', 'user.id': '1' })
  })

  it('makes a report of each event of a payload', async () => {
    const thrown = { errorClass: 'Error', message: 'x', type: 'nodejs', stacktrace: [{ method: 'pay', file: '/a.js', lineNumber: 3 }] }
    const payload = {
      events: [
        { ...event, exceptions: [thrown] },
        { ...event, exceptions: [{ ...thrown, type: 'android' }] },
      ],
    }
    const answer = await post('/notify', Buffer.from(JSON.stringify(payload)), {
      'bugsnag-api-key': testKey,
      'content-type': 'application/json',
    })
    expect(answer.status).toBe(202)
    const kinds: string[] = []
    collector.spool.startSettling(async ({ submission }) => void kinds.push(submission.kind))
    await collector.spool.drained()
    expect(kinds.sort()).toEqual(['error', 'javascript'])
  })

  it('refuses as the service does: no key 400, a wrong one 401, no dump 400', async () => {
    const body = multipart([{ name: 'event', value: '{}' }], 'b')
    expect((await post('/minidump', body)).status).toBe(400)
    expect((await post(`/minidump?api_key=${'f'.repeat(32)}`, body)).status).toBe(401)
    expect((await post(`/minidump?api_key=${testKey}`, body)).text).toMatch(/^no_dump: /)
    expect((await post('/notify', Buffer.from('{}'), { 'bugsnag-api-key': testKey })).text).toMatch(/^bad_event: /)
  })
})
