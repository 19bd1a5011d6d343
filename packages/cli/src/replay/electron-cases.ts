/** Crash handlers of every era, as they upload. */
import { dump, dumpPart, fields, form, formType, gzipped, inChunks } from './bodies.ts'
import { type ReplayCase, withQuery } from './case.ts'
import {
  anySuccess,
  breakpadOnLinux,
  breakpadOnWindows,
  crashpadElsewhere,
  crashpadOnLinux,
  olderBreakpadOnLinux,
  type ReadAnswer,
} from './clients.ts'
import type { Sent } from './replay-exchange.ts'

const electronFields = {
  _productName: 'Replay',
  _version: '1.2.3',
  guid: '6c5f5f0e-7c4c-4a5e-9c55-0d5a4a9e1f00',
  'lsb-release': 'Debian GNU/Linux 12 (bookworm)',
  osarch: 'x86_64',
  pid: '4711',
  plat: 'Linux',
  platform: 'linux',
  process_type: 'renderer',
  prod: 'Electron',
  ptype: 'renderer',
  ver: '41.0.0',
}
const query = 'product=Electron&version=41.0.0&guid=6c5f5f0e-7c4c-4a5e-9c55-0d5a4a9e1f00'
const crashpadHeaders = (system: string) => ({
  'user-agent': `Crashpad/0.8.0 ${system}`,
  accept: '*/*',
  'accept-encoding': 'deflate, gzip, br, zstd',
  'content-type': formType(),
})

function kept(client: string, what: string, read: ReadAnswer, sent: (uploadUrl: string) => Sent): ReplayCase {
  return { client, what, wants: 'kept', read, send: (peer) => peer.exchange(sent(peer.uploadUrl)) }
}

export const electronCases: readonly ReplayCase[] = [
  kept('Electron 16 and later, Linux', 'gzip, chunked, query', crashpadOnLinux, (url) => ({
    url: withQuery(url, query),
    headers: { ...crashpadHeaders('libcurl/8.14.1 Linux/6.12 (x86_64)'), 'content-encoding': 'gzip' },
    body: inChunks(gzipped(form([...fields(electronFields), dumpPart(dump(1))]))),
  })),
  kept('Electron 16 and later, Windows', 'gzip, chunked, file before fields', crashpadElsewhere, (url) => ({
    url: withQuery(url, query),
    headers: { ...crashpadHeaders('WinHTTP/10.0 Windows_NT/10.0 (x64)'), 'content-encoding': 'gzip' },
    body: inChunks(gzipped(form([dumpPart(dump(2)), ...fields({ ...electronFields, platform: 'win32', plat: 'Win64' })]))),
  })),
  kept('Electron with compress: false, macOS', 'plain, chunked', crashpadElsewhere, (url) => ({
    url: withQuery(url, query),
    headers: crashpadHeaders('CFNetwork/1490 Darwin/23.4.0 (arm64)'),
    body: inChunks(form([...fields({ ...electronFields, platform: 'darwin', plat: 'OS X' }), dumpPart(dump(3))])),
  })),
  kept('Electron 42 and later', 'a JavaScript stack of 20,320 bytes', crashpadOnLinux, (url) => ({
    url: withQuery(url, query),
    headers: { ...crashpadHeaders('libcurl/8.14.1 Linux/6.12 (x86_64)'), 'content-encoding': 'gzip' },
    body: inChunks(
      gzipped(form([...fields({ ...electronFields, 'electron.v8-oom.stack': 'at f (app.js:1:1)\n'.repeat(1128) }), dumpPart(dump(4))])),
    ),
  })),
  kept('Electron 9 to 15, Linux', 'gzip with length, values in pieces', breakpadOnLinux, (url) => ({
    url,
    headers: { 'user-agent': 'Wget/1.21.3', 'content-type': formType(`${'-'.repeat(28)}a1b2c3d4e5f60718`), 'content-encoding': 'gzip' },
    body: gzipped(
      form(
        [
          ...fields({ prod: 'Replay', ver: '12.2.3', pid: '4711', ptype: 'renderer' }),
          ...['a', 'b', 'c'].map((letter, i) => ({ name: `long__${i + 1}`, value: letter.repeat(127) })),
          ...fields({ guid: '6c5f5f0e7c4c4a5e9c550d5a4a9e1f00' }),
          dumpPart(dump(5), 'dump'),
        ],
        { boundary: `${'-'.repeat(28)}a1b2c3d4e5f60718` },
      ),
    ),
  })),
  kept('Electron up to 15, Linux, started with uploads off', 'a form in the part of the dump', breakpadOnLinux, (url) => ({
    url,
    headers: { 'content-type': formType('outer-form') },
    body: form(
      [
        ...fields({ prod: 'Replay' }),
        { ...dumpPart(form([...fields({ ver: '9.4.4' }), dumpPart(dump(6), 'dump')], { boundary: `${'-'.repeat(26)}0011223344556677` })) },
      ],
      { boundary: 'outer-form' },
    ),
  })),
  kept('Electron up to 8, Linux', 'plain with length, no guid', olderBreakpadOnLinux, (url) => ({
    url,
    headers: { 'user-agent': 'Wget/1.20.1 (linux-gnu)', 'content-type': formType(`${'-'.repeat(26)}0011223344556677`) },
    body: form(
      [
        ...fields({ pid: '4711', ptime: '52000', _productName: 'Replay', _version: '1.2.3', prod: 'Electron', ver: '8.5.5' }),
        dumpPart(dump(7), 'dump'),
      ],
      {
        boundary: `${'-'.repeat(26)}0011223344556677`,
      },
    ),
  })),
  kept('Electron up to 5, Windows', 'a whole path for a file name', breakpadOnWindows, (url) => ({
    url,
    headers: { 'user-agent': 'Breakpad/1.0 (Windows)', 'content-type': formType(`${'-'.repeat(27)}00112233445566AA`) },
    body: form(
      [
        ...fields({
          _companyName: 'Replay',
          _productName: 'Replay',
          _version: '1.2.3',
          prod: 'Electron',
          rept: 'electron-crash-service',
          ver: '5.0.13',
        }),
        dumpPart(dump(8), 'C:\\Users\\Ann\\AppData\\Local\\Temp\\Replay Crashes\\8f.dmp'),
      ],
      { boundary: `${'-'.repeat(27)}00112233445566AA` },
    ),
  })),
  kept('Breakpad since 2022, Windows', 'no line break before the closing boundary', breakpadOnWindows, (url) => ({
    url,
    headers: { 'user-agent': 'Breakpad/1.0 (Windows)', 'content-type': formType(`${'-'.repeat(27)}00112233445566BB`) },
    body: form([...fields({ prod: 'Replay', ver: '1.2.3' }), dumpPart(dump(9))], {
      boundary: `${'-'.repeat(27)}00112233445566BB`,
      closing: 'without-line-break',
    }),
  })),
  kept("Breakpad's minidump_upload", 'prod, ver and a dump', anySuccess, (url) => ({
    url,
    headers: { 'user-agent': 'Breakpad/1.0 (Linux)', 'content-type': formType('----minidump-upload') },
    body: form([...fields({ prod: 'Replay', ver: '1.2.3' }), dumpPart(dump(10), 'a.dmp')], { boundary: '----minidump-upload' }),
  })),
  kept('Crashpad with attachments', 'two dumps, two files, quotes in names', crashpadOnLinux, (url) => ({
    url: withQuery(url, query),
    headers: crashpadHeaders('libcurl/8.14.1 Linux/6.12 (x86_64)'),
    body: inChunks(
      form([
        ...fields({ ...electronFields, 'quote%22key%25': 'é "x"' }),
        { name: 'app%22s.log', fileName: 'app%22s.log', type: 'application/octet-stream', value: 'a line' },
        dumpPart(dump(11)),
        { name: 'upload_file_minidump_browser', fileName: 'b.dmp', type: 'application/octet-stream', value: dump(12) },
        { name: 'screenshot.png', fileName: 'screenshot.png', type: 'application/octet-stream', value: Buffer.from([0x89, 0x50]) },
      ]),
    ),
  })),
  kept('Sentry and Bugsnag in Electron', 'the dump packed with gzip in its part', anySuccess, (url) => ({
    url,
    headers: { 'content-type': formType() },
    body: form([...fields({ prod: 'Replay' }), dumpPart(gzipped(dump(13)))]),
  })),
]
