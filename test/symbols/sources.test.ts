/** Symbols from other servers: each layout, what hostile servers answer, and who is never asked. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import type { ReportDetail, ReportSymbols, SymbolModulePage } from '@crashkeep/server/api-types'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProjectSettings } from '../../packages/server/src/api/project-settings.ts'
import { SymbolFinder } from '../../packages/server/src/sources/symbol-finder.ts'
import { lzxCabinet, zipCabinet } from '../../packages/server/testing/make-cabinet.ts'
import { type TestServer, testServer } from '../../packages/server/testing/test-server.ts'
import { SymbolSite, type SymbolSiteAnswer } from '../harness/symbol-site.ts'
import { until } from '../harness/until.ts'
import { zipOf } from '../harness/zip.ts'

const buildId = '00112233445566778899aabbccddeeff00112233'
const debugId = '33221100554477668899AABBCCDDEEFF0'
const waitMs = 120_000

const patient = { answerTimeoutMs: 60_000, idleTimeoutMs: 60_000, totalTimeoutMs: 60_000 }
const impatient = { answerTimeoutMs: 500, idleTimeoutMs: 500, totalTimeoutMs: 1_500 }
/** Looked at before each source is asked: a test may change how long the next one is waited for. */
const limits = { ...patient, maxBytes: 1_000_000, maxUnpackedBytes: 2_000_000 }

let server: TestServer
let site: SymbolSite
/** Of the program that crashes: another in each test. */
let app = ''
let path = ''
let tests = 0
beforeAll(async () => {
  server = await testServer({ processes: true, sources: { limits } })
})
afterAll(() => server.close())
beforeEach(async () => {
  site = await SymbolSite.start()
  tests += 1
  app = `app-${tests}`
  path = `/${app}/${debugId}/${app}.sym`
})
afterEach(() => site.close())

function dump(timestamp = 1_700_000_000, name = `/opt/${app}`): Uint8Array {
  const memory = stack(0x7fff0000n, [0n, 0n])
  const context = { registers: { rip: 0x401234, rsp: 0x7fff0000 } }
  return synthDump({
    timestamp,
    modules: [{ baseAddress: 0x400000n, size: 0x10000, name, buildId }],
    threads: [{ id: 7, stack: memory, context }],
    exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
  })
}

function symbols(id = debugId, name = app): string {
  return `MODULE Linux x86_64 ${id} ${name}\nFILE 0 widget.cc\nFUNC 1200 100 0 Widget::draw(int)\n1200 100 42 0\n`
}

async function useSources(list: readonly Source[], enabled = true): Promise<void> {
  const answer = await server.ask({
    method: 'PATCH',
    url: '/api/v1/projects/default',
    payload: { settings: { symbolSources: { enabled, list } } },
  })
  expect(answer.statusCode, answer.body).toBe(200)
}

type Source = ProjectSettings['symbolSources']['list'][number]

const here = (layout: 'breakpad' | 'microsoft' | 'debuginfod' | 'ssqp', more: object = {}): Source => ({
  name: 'Here',
  url: site.url,
  layout,
  allowPrivate: true,
  ...more,
})

async function symbolsOf(id: string): Promise<ReportSymbols> {
  return (await server.ask({ url: `/api/v1/reports/${id}/symbols` })).json<ReportSymbols>()
}

/** Once nobody is being asked any more. */
async function settled(id: string): Promise<ReportSymbols['modules'][number]> {
  await server.finished(id)
  return until('the sources to answer', waitMs, async () => {
    const [module] = (await symbolsOf(id)).modules
    const asked = module?.asked ?? []
    const answered = asked.filter(({ outcome }) => outcome !== null)
    const isDone = module?.waiting === false || answered.some(({ outcome }) => outcome === 'failed')
    return asked.length === 0 || (answered.length > 0 && isDone) ? module : undefined
  })
}

function signed(id: string, signature: RegExp): Promise<ReportDetail> {
  return until('the report to be processed with the symbols', waitMs, async () => {
    const report = await server.finished(id)
    return signature.test(report.signature ?? '') ? report : undefined
  })
}

/** Of ready symbol files only: nothing has to be converted. */
function finderOf({ store, folder }: TestServer, more: { readonly maxCacheBytes?: number } = {}): SymbolFinder {
  return new SymbolFinder({
    store,
    tmpFolder: folder,
    log: { info: () => undefined, warn: () => undefined },
    found: () => undefined,
    converter: { convert: async () => undefined, unpack: async () => undefined, close: async () => undefined },
    ...more,
  })
}

describe('finding', () => {
  test('asks nobody unless the project switched its sources on', async () => {
    await useSources([here('breakpad')], false)
    const id = await server.upload(dump())
    await server.finished(id)
    await server.finder?.drained()
    expect((await symbolsOf(id)).modules[0]).toMatchObject({ stored: null, waiting: false, asked: [] })
    expect(site.asked).toEqual([])
  })

  test("Breakpad's layout: all reports that wait are processed again after one question", async () => {
    site.put(path, symbols())
    await useSources([here('breakpad')])
    const ids = [await server.upload(dump()), await server.upload(dump(1_700_000_001))]
    for (const id of ids) await signed(id, /Widget::draw/)
    expect(await settled(ids[0] ?? '')).toMatchObject({
      hadSymbols: true,
      waiting: false,
      asked: [{ title: 'Here', outcome: 'found', place: `${site.url}${path.slice(1)}` }],
    })
    expect(site.asked.filter((each) => each === path)).toHaveLength(1)
    const file = await server.ask({ url: `/api/v1/symbols/${app}/${debugId}/${app}.sym?project=default` })
    expect([file.statusCode, file.body]).toEqual([200, symbols()])
    const list = (await server.ask({ url: '/api/v1/symbols?project=default' })).json<{ items: object[] }>()
    expect(list.items).toContainEqual(
      expect.objectContaining({
        debugFile: app,
        state: 'present',
        file: expect.objectContaining({ scope: expect.stringMatching(/^fetched:server:/) }),
      }),
    )
  })

  test.each([
    ['gzip', (text: string) => gzipSync(text)],
    ['gzip in gzip', (text: string) => gzipSync(gzipSync(text))],
    ['a cabinet', zipCabinet],
    ['an LZX cabinet', (text: string) => lzxCabinet(text, ['verbatim'])],
  ])('takes files packed as %s', async (_, pack) => {
    site.put(path, pack(symbols()))
    await useSources([here('breakpad')])
    await signed(await server.upload(dump()), /Widget::draw/)
  })

  test("a program made of Electron is found under Electron's name, by its id", async () => {
    site.put(`/electron/${debugId}/electron.sym`, symbols(debugId, 'electron'))
    await useSources([here('breakpad', { renamedElectron: true })])
    const id = await server.upload(dump())
    await signed(id, /Widget::draw/)
    expect(site.asked).toEqual(expect.arrayContaining([path, `/electron/${debugId}/electron.sym`]))
    expect(await settled(id)).toMatchObject({ debugFile: app, asked: [{ outcome: 'found' }] })
  })

  test('follows a server to its storage, and asks the next source after a miss', async () => {
    site.put(path, (_, response) => response.writeHead(302, { location: '/stored/1' }).end())
    site.put('/stored/1', symbols())
    const empty = await SymbolSite.start()
    try {
      await useSources([here('breakpad', { name: 'Empty', url: empty.url }), here('breakpad')])
      const id = await server.upload(dump())
      await signed(id, /Widget::draw/)
      expect((await settled(id)).asked.map(({ title, outcome }) => [title, outcome])).toEqual([
        ['Empty', 'not_found'],
        ['Here', 'found'],
      ])
    } finally {
      await empty.close()
    }
  })

  test('reports that came before are helped when the sources are switched on', async () => {
    const id = await server.upload(dump())
    await server.finished(id)
    site.put(path, symbols())
    await useSources([here('breakpad')])
    server.finder?.wake()
    await signed(id, /Widget::draw/)
  })

  test('what was being asked for when the server stopped is asked for after its next start', async () => {
    const own = await testServer({ processes: true })
    const finder = () => finderOf(own)
    try {
      await own.store.ledger.updateProject(1, { settings: { symbolSources: { enabled: true, list: [here('breakpad')] } } })
      const asked = new Promise<void>((resolve) => site.put(path, () => resolve()))
      const first = finder()
      await first.want(1, [{ debugFile: app, debugId }])
      await asked
      await first.close()
      site.put(path, symbols())
      const second = finder()
      await second.drained()
      await second.close()
      expect(await own.store.fetches.answers([{ debugFile: app, debugId }])).toMatchObject([{ outcome: 'found' }])
    } finally {
      await own.close()
    }
  })

  test('a file that the cache cannot hold is not asked for again and again', async () => {
    const own = await testServer()
    try {
      await own.store.ledger.updateProject(1, { settings: { symbolSources: { enabled: true, list: [here('breakpad')] } } })
      site.put(path, symbols())
      const finder = finderOf(own, { maxCacheBytes: 50 })
      for (let time = 0; time < 2; time += 1) {
        await finder.want(1, [{ debugFile: app, debugId }])
        await finder.drained()
      }
      await finder.close()
      expect(await own.store.fetches.answers([{ debugFile: app, debugId }])).toMatchObject([
        { outcome: 'too_large', detail: expect.stringContaining('the cache may hold 50') },
      ])
      expect(site.asked).toEqual([path])
      expect(await own.store.fetches.usage()).toEqual({ files: 0, bytes: 0 })
    } finally {
      await own.close()
    }
  })

  test('given back to the disk, a file is asked for again', async () => {
    site.put(path, symbols())
    await useSources([here('breakpad')])
    const first = await server.upload(dump())
    await signed(first, /Widget::draw/)
    expect(await server.store.fetches.cleanUp(10, 1_000)).toBeGreaterThan(0)
    const second = await server.upload(dump(1_700_000_001))
    await signed(second, /Widget::draw/)
    expect(site.asked.filter((each) => each === path)).toHaveLength(2)
  })
})

describe.skipIf(!existsSync('/usr/bin/gcc') || !existsSync('/usr/bin/objcopy'))(
  'programs and debug files of servers (needs gcc and binutils)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'crashkeep-sources-'))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
    let program: { id: string; offset: number; debug: Buffer; code: Buffer }
    beforeAll(() => {
      const [source, built] = [join(folder, 'cart.c'), join(folder, 'cart')]
      writeFileSync(source, 'int price_of(int *item) { return *item; }\nint main(void) { return price_of(0); }\n')
      execFileSync('gcc', ['-g', '-O0', '-Wl,--build-id', '-o', built, source])
      execFileSync('objcopy', ['--only-keep-debug', built, `${built}.debug`])
      execFileSync('objcopy', ['--strip-all', built, `${built}.stripped`])
      const id = /Build ID: ([0-9a-f]+)/.exec(execFileSync('readelf', ['-n', built]).toString())?.[1] ?? ''
      const offset = Number.parseInt(/([0-9a-f]+) <price_of>:/.exec(execFileSync('objdump', ['-d', built]).toString())?.[1] ?? '', 16)
      program = { id, offset, debug: readFileSync(`${built}.debug`), code: readFileSync(`${built}.stripped`) }
    })

    /** Died in `price_of`; its caller's address lies where only the program's rules for unwinding look. */
    function crash(): Uint8Array {
      const context = { registers: { rip: 0x400000 + program.offset + 4, rsp: 0x7fff0000 } }
      return synthDump({
        timestamp: 1_700_000_000 + tests,
        modules: [{ baseAddress: 0x400000n, size: 0x10000, name: `/opt/${app}`, buildId: program.id }],
        threads: [{ id: 7, stack: stack(0x7fff0000n, [0n, 0n, 0n]), context }],
        exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
      })
    }

    test.each([
      ['debuginfod', () => [`/buildid/${program.id}/debuginfo`, `/buildid/${program.id}/executable`]],
      ['ssqp', () => [`/_.debug/elf-buildid-sym-${program.id}/_.debug`, `/${app}/elf-buildid-${program.id}/${app}`]],
    ] as const)('in the layout %s are converted, and put together', async (layout, places) => {
      const [debug = '', code = ''] = places()
      site.put(debug, gzipSync(program.debug)).put(code, program.code)
      await useSources([here(layout)])
      const id = await server.upload(crash())
      const report = await signed(id, /price_of/)
      expect(JSON.stringify(report.processed)).toContain('cart.c')
      expect(site.asked).toEqual(expect.arrayContaining([debug, code]))
      const stored = (
        await server.store.fetches.find([(await settled(id)).stored ?? ''], [{ debugFile: app, debugId: (await settled(id)).debugId }])
      ).values()
      const text = readFileSync(stored.next().value?.path ?? '', 'utf8')
      expect(text).toMatch(/^FUNC .* price_of$/m)
      expect(text).toMatch(/^STACK CFI INIT /m)
    })

    test('a debug file of another program is no use', async () => {
      site.put('*', program.debug)
      await useSources([here('debuginfod')])
      const { asked, stored } = await settled(await server.upload(dump()))
      expect(stored).toBeNull()
      expect(asked).toMatchObject([{ outcome: 'wrong_id' }])
    })
  },
)

const windowsFiles = '../shared/fixtures/debug-files/dump_syms/windows'
describe.skipIf(!existsSync(windowsFiles))('PDB files of servers (needs ../shared fixtures)', () => {
  test.each(['gzip', 'a cabinet'])("in Microsoft's layout, packed as %s", async (packed) => {
    const bytes = readFileSync(join(windowsFiles, 'dump_syms_regtest64.pdb'))
    const expected = readFileSync(join(windowsFiles, 'dump_syms_regtest64.sym'), 'utf8')
    const [, id = '', name = ''] = /^MODULE \w+ \w+ (\w+) (.+)$/m.exec(expected.replaceAll('\r', '')) ?? []
    const [, start = '', size = ''] = /^FUNC (?:m )?(\w+) (\w+) .* main\b.*$/m.exec(expected.replaceAll('\r', '')) ?? []
    expect([id.length, size]).toEqual([33, expect.stringMatching(/./)])
    const module = { baseAddress: 0x10000000n, size: 0x1000000, name: `C:\\${app}.exe`, pdb: pdbOf(id, name) }
    const context = { registers: { rip: 0x10000000 + Number.parseInt(start, 16) + 1, rsp: 0x7fff0000 } }
    if (packed === 'a cabinet') await server.store.fetches.cleanUp(1, 1_000)
    if (packed === 'gzip') site.put(`/${name}/${id}/${name}`, gzipSync(bytes))
    else site.put(`/${name}/${id}/${name.slice(0, -1)}_`, zipCabinet(bytes))
    await useSources([here('microsoft')])
    const uploaded = await server.upload(
      synthDump({
        timestamp: 1_700_000_000 + tests,
        systemInfo: { os: 'Windows NT' },
        modules: [module],
        threads: [{ id: 7, stack: stack(0x7fff0000n, [0n, 0n]), context }],
        exception: { threadId: 7, code: 0xc0000005, flags: 0, address: 0n, context },
      }),
    )
    expect((await settled(uploaded)).asked).toMatchObject([{ outcome: 'found' }])
    await signed(uploaded, /main/)
  })
})

/** A debug id is GUID and age, both as numbers. */
function pdbOf(id: string, fileName: string) {
  const digits = id.slice(0, 32)
  const guid = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
  return { guid, age: Number.parseInt(id.slice(32), 16), fileName }
}

describe('hostile servers', () => {
  const never = () => undefined
  const slowOnes = new Set<SymbolSiteAnswer>()
  /** Is not waited for long; the server that is asked after it is. */
  function slow(answer: SymbolSiteAnswer): SymbolSiteAnswer {
    const made: SymbolSiteAnswer = (request, response) => {
      // Modules of other tests may be asked for as well.
      if (request.url?.includes(`/${app}/`)) Object.assign(limits, patient)
      answer(request, response)
    }
    slowOnes.add(made)
    return made
  }

  const cases: readonly (readonly [string, string, RegExp, SymbolSiteAnswer | string | Uint8Array])[] = [
    ['that never answers', 'failed', /did not answer/, slow(never)],
    ['that sends a byte now and then', 'failed', /took more than/, slow(trickle)],
    ['that goes silent', 'failed', /sent nothing|took more/, slow((_, response) => response.writeHead(200).write('MODULE '))],
    ['that never ends', 'too_large', /more than 1000000 bytes/, endless],
    [
      'that promises more than may be',
      'too_large',
      /more than/,
      (_, response) => response.writeHead(200, { 'content-length': 1e12 }).flushHeaders(),
    ],
    ['that breaks off', 'failed', /broke off|aborted|Premature/, brokenOff],
    ['that fails', 'failed', /status 500/, (_, response) => response.writeHead(500).end()],
    [
      'that leads round and round',
      'failed',
      /more than 5 times/,
      (request, response) => response.writeHead(302, { location: request.url }).end(),
    ],
    ['that leads nowhere', 'failed', /no address/, (_, response) => response.writeHead(302, { location: 'http://' }).end()],
    [
      'that leads to a file of this machine',
      'refused_address',
      /not https/,
      (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    ],
    ['that sends a page', 'unreadable', /does not begin with MODULE/, '<!doctype html><p>Please log in'],
    ['that sends nothing', 'unreadable', /empty/, ''],
    ['that sends garbage', 'unreadable', /MODULE/, Buffer.alloc(5_000, 0xfe)],
    ['that sends another id', 'wrong_id', /FFFF/, symbols('F'.repeat(33), 'other')],
    ['that sends a bomb', 'too_large', /unpacks to more than/, gzipSync(Buffer.alloc(10_000_000))],
    ['that sends a bomb in a cabinet', 'too_large', /unpacks to more than/, zipCabinet(Buffer.alloc(3_000_000))],
    ['that sends a zip', 'unreadable', /does not begin with MODULE/, zipOf({ 'app.sym': Buffer.alloc(10_000_000) })],
    ['that sends half a packed file', 'unreadable', /cannot be unpacked/, gzipSync(Buffer.alloc(5_000)).subarray(0, 20)],
    ['that sends a broken cabinet', 'unreadable', /cabinet/, Buffer.concat([Buffer.from('MSCF'), Buffer.alloc(60, 0xff)])],
  ]
  test.each(cases)('one %s changes nothing but its own answer', async (_, outcome, reason, answer) => {
    const bad = await SymbolSite.start()
    try {
      bad.put('*', answer)
      site.put(path, symbols())
      if (typeof answer === 'function' && slowOnes.has(answer)) Object.assign(limits, impatient)
      await useSources([here('breakpad', { name: 'Bad', url: bad.url }), here('breakpad')])
      const id = await server.upload(dump())
      await signed(id, /Widget::draw/)
      const { asked } = await settled(id)
      expect(asked).toMatchObject([
        { title: 'Bad', outcome },
        { title: 'Here', outcome: 'found' },
      ])
      expect(asked[0]?.detail).toMatch(reason)
    } finally {
      await bad.close()
    }
  })

  test('one that leads into the own network is not followed there', async () => {
    let reached = 0
    const inner = createServer((_, response) => {
      reached += 1
      response.end(symbols())
    })
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
    const { port } = inner.address() as AddressInfo
    try {
      for (const [index, [host, reason]] of (
        [
          [`127.0.0.1:${port}`, /127\.0\.0\.1/],
          [`localhost:${port}`, /localhost/],
          [`[::1]:${port}`, /::1/],
          ['169.254.169.254', /169\.254/],
        ] as const
      ).entries()) {
        site.put('*', (_, response) => response.writeHead(302, { location: `http://${host}/secret` }).end())
        await useSources([here('breakpad', { name: host, url: `${site.url}${index}/` })])
        const id = await server.upload(dump(1_700_000_000 + index))
        const { asked, stored } = await settled(id)
        expect(stored).toBeNull()
        expect(asked).toMatchObject([{ outcome: 'refused_address', detail: expect.stringMatching(reason) }])
        const lacking = await server.ask({ url: '/api/v1/symbols?project=default&missing=true&limit=100' })
        expect(lacking.json<SymbolModulePage>().items.find(({ debugFile }) => debugFile === app)?.asked).toEqual(asked)
      }
      expect(reached).toBe(0)
    } finally {
      inner.close()
    }
  })

  test.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '10.0.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '2130706433',
    '0x7f000001',
    '[::ffff:127.0.0.1]',
  ])('no private address (%s) unless the source allows it', async (host) => {
    const port = new URL(site.url).port
    await useSources([here('breakpad', { url: `http://${host}:${port}/`, allowPrivate: false })])
    const { asked, stored } = await settled(await server.upload(dump()))
    expect(stored).toBeNull()
    expect(asked).toMatchObject([{ outcome: 'refused_address', detail: expect.stringMatching(/no public/) }])
    expect(site.asked).toEqual([])
  })

  test('a server that fails again and again rests, and other projects are served meanwhile', async () => {
    const bad = await SymbolSite.start()
    try {
      bad.put('*', (_, response) => response.writeHead(503).end())
      await useSources([here('breakpad', { url: bad.url })])
      for (let index = 0; index < 12; index += 1) await settled(await server.upload(dump(1_700_000_000 + index, `/opt/failing-${index}`)))
      // Two at once: one more may be under way when the fifth fails.
      expect(bad.asked.length).toBeLessThan(8)
    } finally {
      await bad.close()
    }
  })
})

function trickle(_: unknown, response: Parameters<SymbolSiteAnswer>[1]): void {
  response.writeHead(200)
  const timer = setInterval(() => response.write('M'), 50)
  response.on('close', () => clearInterval(timer))
}

function endless(_: unknown, response: Parameters<SymbolSiteAnswer>[1]): void {
  response.writeHead(200)
  const more = () => {
    while (response.write(Buffer.alloc(100_000)));
  }
  response.on('drain', more)
  more()
}

function brokenOff(_: unknown, response: Parameters<SymbolSiteAnswer>[1]): void {
  response.writeHead(200, { 'content-length': 5_000 })
  response.write('MODULE Linux', () => response.destroy())
}
