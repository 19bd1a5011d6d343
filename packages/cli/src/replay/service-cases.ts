/** Other services' protocols at their own addresses, which stand beside Crashkeep's. */
import { dump, dumpPart, electronForm, form, gzipped, inChunks } from './bodies.ts'
import { bugSplatCases } from './bugsplat-cases.ts'
import { afterwards, at, formHeaders, keyless, type ReplayCase, wrongKey } from './case.ts'
import {
  anySuccess,
  backtrace,
  backtraceElectron,
  bugsnag,
  bugsnagMinidump,
  crashpadOnLinux,
  preflight,
  refusal,
  reportingApi,
  socorro,
  textAt,
} from './clients.ts'
import { sentryCases } from './sentry-cases.ts'

const json = { 'content-type': 'application/json' }

const browserCrash = {
  age: 7,
  type: 'crash',
  url: 'https://replay.example/shop',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0',
  body: { reason: 'oom', is_top_level: true, visibility_state: 'visible', crash_report_api: { release: 'replay@1.2.3' } },
}
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
    ({ origin, key }) => ({ url: `${origin}/i/${key}`, headers: formHeaders, body: electronForm(301) }),
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
    body: electronForm(302),
  })),

  keyless('Firefox', 'to Socorro', socorro, ({ origin }) => ({
    url: `${origin}/submit`,
    headers: formHeaders,
    body: form([{ name: 'extra', type: 'application/json', value: '{"ProductName":"Replay","Version":"1.2.3"}' }, dumpPart(dump(303))]),
  })),
  keyless('Electron', 'to mini-breakpad-server', crashpadOnLinux, ({ origin }) => ({
    url: `${origin}/post`,
    headers: formHeaders,
    body: electronForm(304),
  })),
  keyless('Electron', 'to simple-breakpad-server', anySuccess, ({ origin }) => ({
    url: `${origin}/crashreports`,
    headers: formHeaders,
    body: electronForm(305),
  })),
  keyless('Electron', 'to electron-crash-report-server', crashpadOnLinux, ({ origin }) => ({
    url: `${origin}/`,
    headers: formHeaders,
    body: electronForm(306),
  })),

  ...sentryCases,

  at('Backtrace, Electron', 'a dump', 'kept', backtraceElectron, ({ origin, key }) => ({
    url: `${origin}/submit.backtrace.io/universe/${key}/minidump?product=Electron&version=41.0.0`,
    headers: { ...formHeaders, 'content-encoding': 'gzip' },
    body: inChunks(gzipped(electronForm(309))),
  })),
  afterwards(
    'Backtrace, Electron',
    'breadcrumbs for a dump that came before',
    backtrace,
    ({ origin, key }) => ({ url: `${origin}/post?format=minidump&token=${key}`, headers: formHeaders, body: electronForm(310) }),
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
    body: electronForm(311),
  })),

  ...bugSplatCases,

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
