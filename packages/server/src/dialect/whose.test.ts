/** Nobody's reports: without a key, with a wrong one, with one that was revoked. Each protocol says so in its own words, and nothing is stored. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { minidumpPart, multipart } from '../intake/multipart-for-tests.ts'
import { type PostOptions, send, startCollector, type TestCollector, testKey, testLedger } from './collector-for-tests.ts'
import { envelope, unrealContainer } from './dialects-for-tests.ts'

const form = { 'content-type': 'multipart/form-data; boundary=b' }
const crash: PostOptions = { headers: form, body: multipart([{ name: 'prod', value: 'Shop' }, minidumpPart(Buffer.from('MDMP'))], 'b') }
const event: PostOptions = { body: envelope({ event_id: 'a'.repeat(32) }, [[{ type: 'event' }, '{}']]) }
const browser: PostOptions = {
  headers: { 'content-type': 'application/reports+json' },
  body: Buffer.from('[{"type":"crash","age":1,"url":"https://shop.example/","body":{}}]'),
}
const bugsnag = (key: string): PostOptions => ({
  headers: { 'bugsnag-api-key': key },
  body: Buffer.from('{"events":[{}],"sessions":[{}]}'),
})

/** What is sent under a key, and what says that it is nobody's. */
const exchanges: readonly (readonly [says: RegExp, path: (key: string) => string, sent: PostOptions | ((key: string) => PostOptions)])[] = [
  [/^404 unknown_key: /, (key) => `/i/${key}`, crash],
  [/^404 unknown_key: /, (key) => `/i/${key}/${'0'.repeat(36)}/attachments`, crash],
  // A browser would send it again.
  [/^204 $/, (key) => `/i/${key}`, browser],
  [/^403 \{"detail":"unknown_key: /, (key) => `/api/1/minidump/?sentry_key=${key}`, crash],
  [/^403 \{"detail":"unknown_key: /, (key) => `/api/1/envelope/?sentry_key=${key}`, event],
  [/^403 \{"detail":"unknown_key: /, (key) => `/api/1/store/?sentry_key=${key}`, { body: Buffer.from('{}') }],
  [/^403 \{"detail":"unknown_key: /, (key) => `/api/1/events/${'a'.repeat(32)}/attachments/?sentry_key=${key}`, crash],
  [/^403 \{"detail":"unknown_key: /, (key) => `/api/1/unreal/${key}/`, { body: unrealContainer({ 'a.dmp': 'MDMP' }, 'CR1') }],
  [/^403 \{"error":\{"code":"unknown_key"/, (key) => `/post?format=minidump&token=${key}`, crash],
  [/^403 \{"error":\{"code":"unknown_key"/, (key) => `/submit.backtrace.io/universe/${key}/minidump`, crash],
  [/^403 \{"error":\{"code":"unknown_key"/, (key) => `/api/unique-events/submit?token=${key}`, { body: Buffer.from('{}') }],
  [/^404 unknown_key: /, (key) => `/i/${key}/post/electron/v2/crash.php`, crash],
  [/^400 \{.*"status":"fail","message":"unknown_key: /, (key) => `/post/bp/crash/crashpad.php?database=${key}`, crash],
  [/^400 \{.*"status":"fail","message":"unknown_key: /, (key) => `/i/${key}/post/js/`, crash],
  [/^400 \{.*"status":"fail","message":"unknown_key: /, (key) => `/api/getCrashUploadUrl?database=${key}`, { method: 'GET' }],
  [/^401 unknown_key: /, (key) => `/minidump?api_key=${key}`, crash],
  [/^401 unknown_key: /, () => '/notify', bugsnag],
  [/^401 unknown_key: /, () => '/sessions', bugsnag],
]
const withoutKey: readonly (readonly [says: RegExp, path: string, sent: PostOptions])[] = [
  [/^404 unknown_key: /, '/i/', crash],
  [/^401 \{"detail":"no_key: /, '/api/1/minidump/', crash],
  [/^401 \{"detail":"no_key: /, '/api/1/envelope/', event],
  [/^403 \{"error":\{"code":"not_local"/, '/post?format=minidump', crash],
  [/^400 \{.*"status":"fail","message":"not_local: /, '/post/bp/crash/crashpad.php', crash],
  [/^400 no_key: /, '/minidump', crash],
  [/^400 no_key: /, '/notify', { body: Buffer.from('{"events":[{}]}') }],
]

let collector: TestCollector
let revoked = false
beforeEach(async () => {
  revoked = false
  collector = await startCollector({
    ledger: { ...testLedger, projectByKey: async (key) => (revoked ? undefined : testLedger.projectByKey(key)) },
  })
})
afterEach(() => collector.close())

async function nothingIsStored(): Promise<void> {
  expect(collector.spool.stats().appended).toBe(0)
  expect(readdirSync(join(collector.folder, 'spool/files'))).toEqual([])
  expect(readdirSync(join(collector.folder, 'spool/staged'))).toEqual([])
  expect(await collector.sessions()).toEqual([])
}

async function isRefused(says: RegExp, path: string, sent: PostOptions): Promise<void> {
  const { status, text } = await send(collector.port, path, sent)
  expect([path, `${status} ${text}`]).toEqual([path, expect.stringMatching(says)])
}

it.for([
  ['a wrong key', 'f'.repeat(32)],
  ['a key that was revoked', testKey],
] as const)('what comes with %s is refused in the words of its protocol, and counted', async ([, key]) => {
  // The key was known before.
  expect((await collector.intake.projectByKey(testKey)).id).toBe(1)
  revoked = true
  for (const [says, path, sent] of exchanges) await isRefused(says, path(key), typeof sent === 'function' ? sent(key) : sent)
  await nothingIsStored()
  expect(collector.rejections.map(({ reason, projectId }) => [reason, projectId])).toEqual(exchanges.map(() => ['unknown_key', undefined]))
})

it('what comes without a key is refused in the words of its protocol, where no project takes it', async () => {
  for (const [says, path, sent] of withoutKey) await isRefused(says, path, sent)
  for (const path of ['/submit', '/post', '/crashreports', '/', '/electron-crashes'])
    expect([path, (await send(collector.port, path, crash)).status]).toEqual([path, 404])
  await nothingIsStored()
})
