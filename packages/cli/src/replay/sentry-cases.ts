/** What Sentry's clients send to its own addresses. */
import { gzipSync } from 'node:zlib'
import { dump, dumpPart, electronForm, envelope, form, gzipped, inChunks } from './bodies.ts'
import { afterwards, at, formHeaders, type ReplayCase, wrongKey } from './case.ts'
import { crashpadOnLinux, refusal, sentry } from './clients.ts'
import { deflatedBase64, messagePacked, unrealContainer } from './packed-bodies.ts'

const json = { 'content-type': 'application/json' }
const scriptEvent = (id: string) => ({
  event_id: id,
  platform: 'node',
  release: 'replay@1.2.3',
  exception: {
    values: [{ type: 'TypeError', value: 'no', stacktrace: { frames: [{ function: 'total', filename: '/app/shop.js', lineno: 3 }] } }],
  },
})
const eventId = (number: number) => `${'0'.repeat(28)}5ea${number}`
const [sentryFirst, sentrySecond, sentryThird] = [1, 2, 3].map(eventId)
const binary = 'application/octet-stream'

export const sentryCases: readonly ReplayCase[] = [
  at('Sentry, Electron', "a dump with its client's fields", 'kept', crashpadOnLinux, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/minidump/?sentry_key=${key}&product=Electron&version=41.0.0`,
    headers: { ...formHeaders, 'content-encoding': 'gzip' },
    body: inChunks(
      gzipped(electronForm(307, { sentry___initialScope: '{"release":"replay@1.2.3"}', sentry__1: '{"tags":', sentry__2: '{"a":"b"}}' })),
    ),
  })),
  at('Sentry, Electron', 'a dump in an envelope, gzip', 'kept', sentry, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/envelope/?sentry_key=${key}&sentry_version=7`,
    headers: { 'content-type': 'application/x-sentry-envelope', 'content-encoding': 'gzip' },
    body: gzipSync(
      envelope({ event_id: sentryFirst }, [
        [{ type: 'event' }, JSON.stringify({ event_id: sentryFirst, platform: 'native', release: 'replay@1.2.3' })],
        [{ type: 'attachment', attachment_type: 'event.minidump', filename: 'a.dmp' }, dump(308)],
      ]),
    ),
  })),
  at('Sentry, JavaScript', 'an error with a file', 'kept', sentry, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/envelope/`,
    headers: { 'content-type': 'text/plain;charset=UTF-8', 'x-sentry-auth': `Sentry sentry_version=7, sentry_key=${key}` },
    body: envelope({ event_id: sentrySecond }, [
      [{ type: 'event' }, JSON.stringify(scriptEvent(sentrySecond ?? ''))],
      [{ type: 'attachment', filename: 'replay.log' }, 'a line'],
    ]),
  })),
  at('Sentry, any', 'a session', 'counted', sentry, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/envelope/?sentry_key=${key}`,
    body: envelope({}, [[{ type: 'session' }, '{"sid":"1","status":"ok"}']]),
  })),
  at('Sentry, older', 'an event alone', 'kept', sentry, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/store/?sentry_key=${key}`,
    headers: json,
    body: Buffer.from(JSON.stringify(scriptEvent(sentryThird ?? ''))),
  })),
  at('Sentry, any', 'a wrong key', 'refused', refusal, ({ origin, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/envelope/?sentry_key=${wrongKey}`,
    body: envelope({}, [[{ type: 'event' }, '{}']]),
  })),
  at('Sentry, native', 'a dump with its event and breadcrumbs', 'kept', crashpadOnLinux, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/minidump/?sentry_client=sentry.native/0.11.0&sentry_key=${key}&guid=g`,
    headers: formHeaders,
    body: inChunks(
      form([
        { name: '__sentry-event', fileName: '__sentry-event', type: binary, value: messagePacked({ release: 'replay@1.2.3' }) },
        { name: '__sentry-breadcrumb1', fileName: '__sentry-breadcrumb1', type: binary, value: messagePacked({ message: 'one more' }) },
        dumpPart(dump(320)),
      ]),
    ),
  })),
  at('Sentry, native', 'the dump itself, packed in its part', 'kept', crashpadOnLinux, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/minidump/`,
    headers: { ...formHeaders, 'x-sentry-auth': `Sentry sentry_key=${key}, sentry_version=7, sentry_client=sentry.native/0.11.0` },
    body: form([dumpPart(gzipped(dump(321)))]),
  })),
  at('Unreal Engine', 'its container, to Sentry', 'kept', crashpadOnLinux, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/unreal/${key}/?UserID=ann%7Cepic%7Cmachine`,
    headers: { 'content-type': binary },
    body: unrealContainer({ 'UE4Minidump.dmp': dump(322), 'Replay.log': Buffer.from('a line') }),
  })),
  at('Sentry, JavaScript', 'an error, the key in the envelope alone', 'kept', sentry, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/envelope/`,
    headers: { 'content-type': 'application/x-sentry-envelope' },
    body: envelope({ event_id: eventId(4), dsn: `${origin.replace('://', `://${key}@`)}/${projectNumber}` }, [
      [{ type: 'event' }, JSON.stringify(scriptEvent(eventId(4)))],
    ]),
  })),
  at('Sentry, older', 'an event alone, base64 of zlib', 'kept', sentry, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/store/`,
    headers: { 'content-type': binary, 'x-sentry-auth': `Sentry sentry_version=5, sentry_key=${key}` },
    body: deflatedBase64(JSON.stringify(scriptEvent(eventId(5)))),
  })),
  afterwards(
    'Sentry, any',
    'a log for an event that came before',
    sentry,
    ({ origin, key, projectNumber }) => ({
      url: `${origin}/api/${projectNumber}/store/?sentry_key=${key}`,
      headers: json,
      body: Buffer.from(JSON.stringify(scriptEvent(eventId(6)))),
    }),
    ({ origin, key, projectNumber }) => ({
      url: `${origin}/api/${projectNumber}/events/${eventId(6)}/attachments/?sentry_key=${key}`,
      headers: formHeaders,
      body: form([{ name: 'log', fileName: 'replay.log', value: 'a line' }]),
    }),
  ),
  at('Sentry, JavaScript', 'what a user says', 'kept', sentry, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/envelope/?sentry_key=${key}`,
    body: envelope({ event_id: eventId(7) }, [
      [{ type: 'feedback' }, JSON.stringify({ event_id: eventId(7), contexts: { feedback: { message: 'it is slow' } } })],
    ]),
  })),
  at('Sentry, any', 'what a client dropped', 'counted', sentry, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/envelope/?sentry_key=${key}`,
    body: envelope({}, [[{ type: 'client_report' }, '{"discarded_events":[]}']]),
  })),
  at('Sentry, any', 'two keys', 'refused', refusal, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/envelope/?sentry_key=${key}`,
    headers: { 'x-sentry-auth': `Sentry sentry_key=${wrongKey}` },
    body: envelope({}, [[{ type: 'event' }, '{}']]),
  })),
]
