/** Other services' protocols at their own addresses, which stand beside Crashkeep's. */
import { gzipSync } from 'node:zlib'
import { dump, dumpPart, envelope, fields, form, formType, gzipped, inChunks } from './bodies.ts'
import { type Crashkeep, ours, type ReplayCase } from './case.ts'
import {
  anySuccess,
  backtrace,
  backtraceElectron,
  bugSplat,
  bugsnag,
  bugsnagMinidump,
  crashpadOnLinux,
  preflight,
  type ReadAnswer,
  refusal,
  reportingApi,
  sentry,
  socorro,
  textAt,
} from './clients.ts'
import type { Answer, Sent } from './replay-exchange.ts'

const electron = (seed: number, more: Readonly<Record<string, string>> = {}) =>
  form([...fields({ _productName: 'Replay', _version: '1.2.3', prod: 'Electron', ver: '41.0.0', ...more }), dumpPart(dump(seed))])
const formHeaders = { 'content-type': formType() }
const json = { 'content-type': 'application/json' }
const wrongKey = 'f'.repeat(32)

function at(client: string, what: string, wants: ReplayCase['wants'], read: ReadAnswer, sent: (crashkeep: Crashkeep) => Sent): ReplayCase {
  return { client, what, wants, read, send: (peer) => ours(peer, sent) }
}

function keyless(client: string, what: string, read: ReadAnswer, sent: (crashkeep: Crashkeep) => Sent): ReplayCase {
  return { client, what, wants: 'kept', read, send: (peer) => (peer.crashkeep?.keyless === true ? ours(peer, sent) : undefined) }
}

/** Two exchanges, the second of which needs the first one's answer. */
function afterwards(
  client: string,
  what: string,
  read: ReadAnswer,
  first: (crashkeep: Crashkeep) => Sent,
  second: (crashkeep: Crashkeep, answer: Answer) => Sent,
): ReplayCase {
  return {
    client,
    what,
    wants: 'kept',
    read,
    send: (peer) => {
      const { crashkeep } = peer
      if (crashkeep === undefined) return undefined
      return peer.exchange(first(crashkeep)).then((answer) => peer.exchange(second(crashkeep, answer)))
    },
  }
}

const browserCrash = {
  age: 7,
  type: 'crash',
  url: 'https://replay.example/shop',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0',
  body: { reason: 'oom', is_top_level: true, visibility_state: 'visible', crash_report_api: { release: 'replay@1.2.3' } },
}
const scriptEvent = (id: string) => ({
  event_id: id,
  platform: 'node',
  release: 'replay@1.2.3',
  exception: {
    values: [{ type: 'TypeError', value: 'no', stacktrace: { frames: [{ function: 'total', filename: '/app/shop.js', lineno: 3 }] } }],
  },
})
const backtraceReport = {
  uuid: '5f7c1d5e-1f0a-4a51-9d53-3b8b3a8f0a11',
  timestamp: 1_790_000_000,
  lang: 'nodejs',
  agent: 'backtrace-node',
  agentVersion: '0.8.3',
  mainThread: 'main',
  threads: { main: { name: 'main', fault: true, stack: [{ funcName: 'total', library: '/app/shop.js', line: 3 }] } },
  classifiers: ['TypeError'],
  attributes: { 'error.message': 'no', application: 'replay', 'application.version': '1.2.3' },
}
const bugsnagEvent = {
  app: { version: '1.2.3' },
  exceptions: [
    { errorClass: 'TypeError', message: 'no', type: 'nodejs', stacktrace: [{ method: 'total', file: '/app/shop.js', lineNumber: 3 }] },
  ],
}
const [sentryFirst, sentrySecond, sentryThird] = ['a1', 'a2', 'a3'].map((end) => `${'0'.repeat(28)}5e${end}`)

export const serviceCases: readonly ReplayCase[] = [
  at('Chromium', 'the question before a report', 'counted', preflight, ({ origin, key }) => ({
    method: 'OPTIONS',
    url: `${origin}/i/${key}`,
    headers: {
      origin: 'https://replay.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  })),
  at('Chromium', 'a crash and a violation in one batch', 'kept', reportingApi, ({ origin, key }) => ({
    url: `${origin}/i/${key}`,
    headers: { 'content-type': 'application/reports+json', origin: 'https://replay.example' },
    body: Buffer.from(JSON.stringify([browserCrash, { type: 'csp-violation', age: 1, url: browserCrash.url, body: {} }])),
  })),
  at('Safari', 'one report without a list', 'kept', reportingApi, ({ origin, key }) => ({
    url: `${origin}/i/${key}`,
    headers: { 'content-type': 'application/reports+json' },
    body: Buffer.from(JSON.stringify({ ...browserCrash, url: 'https://replay.example/one' })),
  })),
  at('a browser', 'JSON that is none', 'counted', reportingApi, ({ origin, key }) => ({
    url: `${origin}/i/${key}`,
    headers: { 'content-type': 'application/reports+json' },
    body: Buffer.from('[{'),
  })),
  afterwards(
    'a program',
    'a log for a report that came before',
    anySuccess,
    ({ origin, key }) => ({ url: `${origin}/i/${key}`, headers: formHeaders, body: electron(301) }),
    ({ origin, key }, { text }) => ({
      url: `${origin}/i/${key}/${text}/attachments`,
      headers: formHeaders,
      body: form([{ name: 'log', fileName: 'replay.log', value: 'a line' }]),
    }),
  ),
  at('a program', 'a log for a report that nobody sent', 'refused', refusal, ({ origin, key }) => ({
    url: `${origin}/i/${key}/${'0'.repeat(36)}/attachments`,
    headers: formHeaders,
    body: form([{ name: 'log', fileName: 'replay.log', value: 'a line' }]),
  })),
  at('Electron', 'a wrong key', 'refused', refusal, ({ origin }) => ({
    url: `${origin}/i/${wrongKey}`,
    headers: formHeaders,
    body: electron(302),
  })),

  keyless('Firefox', 'to Socorro', socorro, ({ origin }) => ({
    url: `${origin}/submit`,
    headers: formHeaders,
    body: form([{ name: 'extra', type: 'application/json', value: '{"ProductName":"Replay","Version":"1.2.3"}' }, dumpPart(dump(303))]),
  })),
  keyless('Electron', 'to mini-breakpad-server', crashpadOnLinux, ({ origin }) => ({
    url: `${origin}/post`,
    headers: formHeaders,
    body: electron(304),
  })),
  keyless('Electron', 'to simple-breakpad-server', anySuccess, ({ origin }) => ({
    url: `${origin}/crashreports`,
    headers: formHeaders,
    body: electron(305),
  })),
  keyless('Electron', 'to electron-crash-report-server', crashpadOnLinux, ({ origin }) => ({
    url: `${origin}/`,
    headers: formHeaders,
    body: electron(306),
  })),

  at('Sentry, Electron', "a dump with its client's fields", 'kept', crashpadOnLinux, ({ origin, key, projectNumber }) => ({
    url: `${origin}/api/${projectNumber}/minidump/?sentry_key=${key}&product=Electron&version=41.0.0`,
    headers: { ...formHeaders, 'content-encoding': 'gzip' },
    body: inChunks(
      gzipped(electron(307, { sentry___initialScope: '{"release":"replay@1.2.3"}', sentry__1: '{"tags":', sentry__2: '{"a":"b"}}' })),
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

  at('Backtrace, Electron', 'a dump', 'kept', backtraceElectron, ({ origin, key }) => ({
    url: `${origin}/submit.backtrace.io/universe/${key}/minidump?product=Electron&version=41.0.0`,
    headers: { ...formHeaders, 'content-encoding': 'gzip' },
    body: inChunks(gzipped(electron(309))),
  })),
  afterwards(
    'Backtrace, Electron',
    'breadcrumbs for a dump that came before',
    backtrace,
    ({ origin, key }) => ({ url: `${origin}/post?format=minidump&token=${key}`, headers: formHeaders, body: electron(310) }),
    ({ origin, key }, { text }) => ({
      url: `${origin}/post?format=json&token=${key}&object=${textAt(text, '_rxid') ?? ''}&attachment_name=bt-breadcrumbs-0`,
      body: inChunks(Buffer.from('[]')),
    }),
  ),
  at('Backtrace, JavaScript', 'an error', 'kept', backtrace, ({ origin, key }) => ({
    url: `${origin}/api/post?json&token=${key}`,
    headers: json,
    body: inChunks(Buffer.from(JSON.stringify(backtraceReport))),
  })),
  at('Backtrace, any', 'numbers of use', 'counted', backtrace, ({ origin, key }) => ({
    url: `${origin}/api/unique-events/submit?universe=u&token=${key}`,
    headers: json,
    body: Buffer.from('{"unique_events":[]}'),
  })),
  at('Backtrace, any', 'a wrong token', 'refused', refusal, ({ origin }) => ({
    url: `${origin}/post?format=minidump&token=${'f'.repeat(64)}`,
    headers: formHeaders,
    body: electron(311),
  })),

  at('BugSplat, Electron', 'a dump', 'kept', crashpadOnLinux, ({ origin, key }) => ({
    url: `${origin}/i/${key}/post/electron/v2/crash.php?product=Electron`,
    headers: { ...formHeaders, 'content-encoding': 'gzip' },
    body: inChunks(gzipped(electron(312, { product: 'Replay', version: '1.2.3' }))),
  })),
  at('BugSplat, Crashpad', 'a dump, the database in the form', 'kept', bugSplat, ({ origin, key }) => ({
    url: `${origin}/post/bp/crash/crashpad.php`,
    headers: formHeaders,
    body: electron(313, { database: key, format: 'minidump' }),
  })),
  at('BugSplat, JavaScript', 'an error', 'kept', bugSplat, ({ origin, key }) => ({
    url: `${origin}/post/js/`,
    headers: formHeaders,
    body: form(fields({ database: key, appName: 'Replay', appVersion: '1.2.3', callstack: 'Error: no\n    at total (/app/shop.js:3:7)' })),
  })),
  at('BugSplat, any', 'an address to upload to', 'counted', bugSplat, ({ origin, key }) => ({
    method: 'GET',
    url: `${origin}/api/getCrashUploadUrl?database=${key}&appName=Replay&appVersion=1.2.3&crashPostSize=100`,
  })),

  at('Bugsnag, Electron', 'a dump packed in its part', 'kept', bugsnagMinidump, ({ origin, key }) => ({
    url: `${origin}/minidump?api_key=${key}`,
    headers: formHeaders,
    body: inChunks(
      form([dumpPart(gzipped(dump(314))), { name: 'event', value: JSON.stringify({ payloadVersion: '5', events: [bugsnagEvent] }) }]),
    ),
  })),
  at('Bugsnag, JavaScript', 'an error', 'kept', bugsnag, ({ origin, key }) => ({
    url: `${origin}/`,
    headers: { ...json, 'bugsnag-api-key': key, 'bugsnag-payload-version': '4' },
    body: Buffer.from(JSON.stringify({ apiKey: key, notifier: {}, events: [bugsnagEvent] })),
  })),
  at('Bugsnag, any', 'sessions', 'counted', bugsnag, ({ origin, key }) => ({
    url: `${origin}/sessions`,
    headers: { ...json, 'bugsnag-api-key': key },
    body: Buffer.from('{"sessionCounts":[]}'),
  })),
  at('Bugsnag, any', 'a wrong key', 'refused', refusal, ({ origin }) => ({
    url: `${origin}/notify`,
    headers: { ...json, 'bugsnag-api-key': wrongKey },
    body: Buffer.from('{"events":[{}]}'),
  })),
]
