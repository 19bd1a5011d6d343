import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { synthDump } from '@crashkeep/minidump/synth'
import { afterEach, describe, expect, it } from 'vitest'
import { defaultSettings, mergedSettings, type ProjectUpdate } from '../api/project-settings.ts'
import { send, startCollector, type TestCollector, testKey, testLedger, testProject } from '../dialect/collector-for-tests.ts'
import { crashpadBoundary, minidumpPart, multipart } from './multipart-for-tests.ts'

const path = `/i/${testKey}`
const formHeaders = { 'content-type': `multipart/form-data; boundary=${crashpadBoundary}`, 'user-agent': 'Crashpad/0.8.0' }
const crash = {
  type: 'crash',
  age: 10,
  url: 'https://anna:pw@shop.example/cart?session=42#top',
  user_agent: 'x',
  body: { stack: 'at pay (https://shop.example/a.js?k=42:1:2)', crash_report_api: { email: 'anna@mail.example', step: 'pay' } },
}

let collector: TestCollector
afterEach(() => collector.close())

async function start(settings: NonNullable<ProjectUpdate['settings']>): Promise<void> {
  const project = { ...testProject, settings: mergedSettings(defaultSettings, settings) }
  const ledger = {
    ...testLedger,
    projects: async () => [project],
    projectByKey: async (key: string) => (key === testKey ? project : undefined),
  }
  collector = await startCollector({ ledger })
}

const upload = (fields: Record<string, string>, dump: Uint8Array = Buffer.alloc(2000)) => {
  const parts = Object.entries(fields).map(([name, value]) => ({ name, value }))
  return send(collector.port, path, { body: multipart([...parts, minidumpPart(Buffer.from(dump))]), headers: formHeaders })
}
const report = (body: unknown, headers: Record<string, string> = {}) =>
  send(collector.port, path, {
    body: Buffer.from(JSON.stringify(body)),
    headers: { 'content-type': 'application/reports+json', ...headers },
  })

describe('what a project keeps', () => {
  it('a rule drops with its name as the reason, and the drop is counted with a sample', async () => {
    await start({
      rules: [{ name: 'no_nightly', field: 'channel', operator: 'equals', value: 'nightly', keepPercent: 0 }],
      privacy: { dropFields: ['email'] },
    })
    const dropped = await upload({ channel: 'nightly', email: 'anna@mail.example' })
    expect([dropped.status, dropped.text]).toEqual([200, 'Discarded=rule_no_nightly'])
    expect((await upload({ channel: 'stable' })).text).toMatch(/^[0-9a-f]{36}$/)
    expect(collector.rejections).toMatchObject([
      {
        projectId: 1,
        reason: 'rule_no_nightly',
        dialect: 'crashpad',
        sample: {
          headers: { 'user-agent': 'Crashpad/0.8.0' },
          fieldNames: ['channel', 'email'],
          detail: 'channel = "nightly"',
          address: '127.0.0.1',
        },
      },
    ])
    expect(JSON.stringify(collector.rejections)).not.toContain('anna')
    expect(collector.intake.stats().refused.get('rule')).toBe(1)
  })

  it('no value that the privacy rules take out stands in the sample of a drop, nor an address', async () => {
    await start({
      rules: [{ name: 'anna', field: 'email', operator: 'contains', value: 'anna', keepPercent: 0 }],
      privacy: { dropFields: ['email'], dropAddress: true },
    })
    await upload({ email: 'anna@mail.example' })
    await send(collector.port, path, { body: Buffer.from('x'), headers: formHeaders })
    expect(collector.rejections.map(({ sample }) => [sample?.detail?.includes('@'), sample?.address])).toEqual([
      [false, undefined],
      [false, undefined],
    ])
  })

  it('a full quota is answered 429 with the time until the next day, before the body is read', async () => {
    await start({ dailyQuota: 1 })
    expect((await upload({ a: '1' })).status).toBe(200)
    const refused = await upload({ a: '2' })
    expect([refused.status, refused.text.split(':')[0]]).toEqual([429, 'over_quota'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    // A browser would only send it again five times.
    expect((await report([crash])).status).toBe(204)
    expect(collector.rejections.map(({ reason }) => reason)).toEqual(['over_quota', 'over_quota'])
  })

  it("a project's size limit is below the server's", async () => {
    await start({ maxUploadBytes: 10_000 })
    expect((await upload({ a: '1' })).status).toBe(200)
    expect((await upload({ a: '1' }, Buffer.alloc(20_000))).status).toBe(413)
  })
})

describe('what a project keeps of a report', () => {
  it('fields are dropped, hashed and stripped, and the dump does not repeat them', async () => {
    await start({ privacy: { dropFields: ['e*'], hashFields: ['guid'], stripUrls: true, dropAddress: true } })
    const values = {
      email: 'anna.example@mail.example',
      guid: '6a1f0f5e-1b2c-4d3e-8f90-0123456789ab',
      page: 'https://x.example/?token=geheim99',
    }
    const dump = synthDump({
      threads: [{ id: 1 }],
      crashpad: { clientId: values.guid, annotations: new Map(Object.entries({ ...values, kept: 'kept-value' })) },
    })
    const { submission } = await collector.report((await upload(values, dump)).text)
    expect(Object.fromEntries(submission.fields)).toEqual({
      guid: expect.stringMatching(/^hash:[0-9a-f]{32}$/),
      page: 'https://x.example/',
    })
    expect(submission.sender.address).toBeUndefined()
    const [file] = submission.files
    const bytes = Buffer.from(file?.content.kind === 'bytes' ? file.content.bytes : [])
    expect(bytes.length).toBe(dump.length)
    expect([
      bytes.includes('anna'),
      bytes.includes('geheim'),
      bytes.includes('6a1f'),
      bytes.includes(Buffer.from('0123456789ab', 'hex')),
      bytes.includes('kept-value'),
    ]).toEqual([false, false, false, false, true])
  })

  it('equal values have equal hashes, other projects other ones', async () => {
    await start({ privacy: { hashFields: ['guid'] } })
    const hash = async (guid: string) => (await collector.report((await upload({ guid })).text)).submission.fields.get('guid')
    const [first, again, other] = [await hash('a'), await hash('a'), await hash('b')]
    expect(first).toBe(again)
    expect(first).not.toBe(other)
  })

  it('a large dump loses them on disk', async () => {
    await start({ privacy: { dropFields: ['email'] } })
    const secret = 'anna.example@mail.example'
    const dump = Buffer.concat([Buffer.from('MDMP'), Buffer.alloc(2_000_000, 1), Buffer.from(secret)])
    const { submission } = await collector.report((await upload({ email: secret }, dump)).text)
    const { createHash } = await import('node:crypto')
    const expected = Buffer.from(dump)
    expected.fill('*', dump.length - secret.length)
    expect(submission.files[0]?.sha256).toBe(createHash('sha256').update(expected).digest('hex'))
  })

  it('metadata only: the files are gone, and the report says so', async () => {
    await start({ privacy: { metadataOnly: true } })
    const { submission } = await collector.report((await upload({ prod: 'Electron' }, Buffer.alloc(3_000_000))).text)
    expect([submission.fields.get('prod'), submission.files, submission.problems.map(({ code }) => code)]).toEqual([
      'Electron',
      [],
      ['file_not_kept'],
    ])
    expect(await readdir(join(collector.folder, 'spool/files'))).toEqual([])
  })

  it("a browser's report loses queries, users and named members", async () => {
    await start({ privacy: { stripUrls: true, dropFields: ['email'] } })
    const kept: string[] = []
    collector.spool.startSettling(async ({ submission: { files } }) => {
      const [file] = files
      if (file?.content.kind === 'bytes') kept.push(Buffer.from(file.content.bytes).toString())
    })
    expect((await report([crash])).status).toBe(204)
    await collector.spool.drained()
    expect(JSON.parse(kept[0] ?? '')).toMatchObject({
      report: {
        url: 'https://shop.example/cart',
        body: { stack: 'at pay (https://shop.example/a.js:1:2)', crash_report_api: { step: 'pay' } },
      },
    })
    expect(kept[0]).not.toMatch(/anna|session|42/)
  })

  it("a browser's report loses queries and users unless the project keeps them", async () => {
    const kept: string[] = []
    for (const privacy of [{}, { keepBrowserUrls: true }]) {
      await start({ privacy })
      collector.spool.startSettling(async ({ submission: { files } }) => {
        const [file] = files
        if (file?.content.kind === 'bytes') kept.push(JSON.parse(Buffer.from(file.content.bytes).toString()).report.url)
      })
      expect((await report([crash])).status).toBe(204)
      await collector.spool.drained()
    }
    expect(kept).toEqual(['https://shop.example/cart', crash.url])
  })
})

describe('which pages may report', () => {
  it('any, unless the project lists some', async () => {
    await start({ allowedOrigins: ['https://shop.example'] })
    const preflight = (origin: string) => send(collector.port, path, { method: 'OPTIONS', headers: { origin } })
    expect((await preflight('https://shop.example')).headers['access-control-allow-origin']).toBe('https://shop.example')
    expect((await preflight('https://other.example')).headers['access-control-allow-origin']).toBeUndefined()
    for (const origin of ['https://shop.example', 'https://other.example']) expect((await report([crash], { origin })).status).toBe(204)
    // Without an Origin the page's own address decides.
    await report([crash, { ...crash, url: 'https://other.example/' }])
    expect(collector.intake.stats().accepted.get('reporting-api')).toBe(2)
    expect(collector.rejections.map(({ reason }) => reason)).toEqual(['origin_not_allowed', 'origin_not_allowed'])
    // A crash handler is no page.
    expect((await upload({ a: '1' })).status).toBe(200)
  })
})
