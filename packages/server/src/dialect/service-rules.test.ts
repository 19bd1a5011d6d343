/** What a project's settings do to other services' clients: each is told in its own way, and nothing that a rule forbids is kept. */
import { afterEach, describe, expect, it } from 'vitest'
import { defaultSettings, mergedSettings, type ProjectUpdate } from '../api/project-settings.ts'
import { minidumpPart, multipart } from '../intake/multipart-for-tests.ts'
import { send, startCollector, type TestCollector, testKey, testLedger, testProject } from './collector-for-tests.ts'
import { envelope } from './dialects-for-tests.ts'

const form = { 'content-type': 'multipart/form-data; boundary=b' }
const crash = multipart([{ name: 'ver', value: '1' }, minidumpPart(Buffer.from('MDMP'))], 'b')
const eventId = 'fc6d8c0c43fc4630ad850ee518f1b9d0'
const event = envelope({ event_id: eventId }, [
  [{ type: 'event' }, JSON.stringify({ event_id: eventId, user: { email: 'ann@example.com' }, tags: { phase: 'cart' } })],
  [{ type: 'attachment', filename: 'log' }, 'words'],
])

let collector: TestCollector
afterEach(() => collector.close())
async function start(settings: NonNullable<ProjectUpdate['settings']>): Promise<void> {
  const project = { ...testProject, settings: mergedSettings(defaultSettings, settings) }
  collector = await startCollector({
    ledger: { ...testLedger, projects: async () => [project], projectByKey: async (key) => (key === testKey ? project : undefined) },
  })
}
const post = (path: string, body: Buffer, headers: Record<string, string> = {}) => send(collector.port, path, { body, headers })
const toSentry = (headers?: Record<string, string>) => post(`/api/1/envelope/?sentry_key=${testKey}`, event, headers)

describe('settings of a project', () => {
  it('tell clients of a full quota as each understands it', async () => {
    await start({ dailyQuota: 0 })
    const sentry = await toSentry()
    expect([sentry.status, sentry.headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)])
    expect(sentry.headers['x-sentry-rate-limits']).toMatch(/^\d+:error;default;attachment:key:over_quota$/)
    const backtrace = await post(`/post?format=minidump&token=${testKey}`, crash, form)
    expect([backtrace.status, JSON.parse(backtrace.text).error.code]).toEqual([429, 'over_quota'])
    const bugSplat = await post(`/i/${testKey}/post/bp/crash/crashpad.php`, crash, form)
    expect([bugSplat.status, JSON.parse(bugSplat.text).status]).toEqual([429, 'fail'])
    expect((await post(`/minidump?api_key=${testKey}`, crash, form)).status).toBe(429)
    expect(collector.rejections.map(({ reason }) => reason)).toEqual(Array(4).fill('over_quota'))
  })

  it('reach into events, not only into fields', async () => {
    await start({ privacy: { dropFields: ['email', 'user.email'], metadataOnly: true } })
    expect((await toSentry()).status).toBe(200)
    const { submission } = await collector.report(eventId)
    expect([submission.fields.has('user.email'), submission.fields.get('phase')]).toEqual([false, 'cart'])
    expect(submission.files.map(({ name }) => name)).toEqual(['report', 'event'])
    for (const { content } of submission.files)
      expect(content.kind === 'bytes' && Buffer.from(content.bytes).toString()).not.toContain('ann@example.com')
  })

  it('keep no files for earlier reports where they keep none', async () => {
    await start({ privacy: { metadataOnly: true } })
    const id = (await post(`/i/${testKey}`, crash, form)).text
    const log = multipart([{ name: 'log', fileName: 'a.log', value: 'x' }], 'b')
    const answer = await post(`/i/${testKey}/${id}/attachments`, log, form)
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { report: id, files: 0 }])
    expect(collector.rejections.map(({ reason }) => reason)).toEqual(['file_not_kept'])
    expect(collector.spool.stats().appended).toBe(1)
  })

  it('drop by their rules, which is counted once', async () => {
    await start({ rules: [{ name: 'no_carts', field: 'phase', operator: 'equals', value: 'cart', keepPercent: 0 }] })
    expect((await toSentry()).status).toBe(200)
    expect(collector.rejections.map(({ reason }) => reason)).toEqual(['rule_no_carts'])
    expect(collector.spool.stats().appended).toBe(0)
  })

  it('refuse pages that they do not list', async () => {
    await start({ allowedOrigins: ['https://shop.example'] })
    expect((await toSentry({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await toSentry({ origin: 'https://shop.example' })).status).toBe(200)
  })
})
