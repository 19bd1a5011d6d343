/** This server as a server of symbols: for stackwalkers, WinDbg, profilers, and the real gdb through debuginfod. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import type { SymbolConflicts } from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { cabinetFile } from '../../packages/server/src/sources/cabinet.ts'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { exchange } from '../harness/http.ts'
import { root, startServer, type TestedServer } from '../harness/server.ts'

const run = promisify(execFile)
const timeoutMs = 60_000
const fixtures = join(root, '../shared/fixtures/debug-files/dump_syms/windows')
const hasTools = ['gdb', 'gcc', 'objcopy', 'readelf'].every((tool) => existsSync(`/usr/bin/${tool}`))
const debugId = '33221100554477668899AABBCCDDEEFF0'
const windowsId = '0123456789ABCDEF0123456789ABCDEF1'
const undo = undoAfterAll()

let server: TestedServer
let folder: string
let reader: string

beforeAll(async () => {
  folder = temporaryFolder(undo, 'serving')
  server = await startServer({ dataDir: join(folder, 'data') })
  undo(() => server.stop())
  const symbols = `MODULE Linux x86_64 ${debugId} app\nINFO CODE_ID 00112233445566778899AABBCCDDEEFF00112233\nFILE 0 widget.cc\nFILE 1 price.cc\nINLINE_ORIGIN 0 Price::of()\nFUNC 1200 100 0 Widget::draw(int)\nINLINE 0 42 0 0 1230 10\n1200 30 41 0\n1230 10 7 1\n1240 c0 43 0\n`
  const windows = `MODULE windows x86_64 ${windowsId} shop.pdb\nINFO CODE_ID 5A9C1B2C7F000 shop.exe\nPUBLIC 1000 0 main\n`
  for (const text of [symbols, windows]) {
    const answer = await server.ask('/api/v1/symbols?project=default', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: Buffer.from(text),
    })
    expect(answer.status, answer.text).toBe(200)
  }
  const created = await server.ask('/api/v1/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ name: 'reader', scopes: ['read'] })),
  })
  reader = (JSON.parse(created.text) as { secret: string }).secret
})

async function settings(change: object): Promise<void> {
  const answer = await server.ask('/api/v1/projects/default', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ settings: change })),
  })
  expect(answer.status, answer.text).toBe(200)
}

const get = (path: string, headers: Record<string, string> = {}) => exchange(`${server.url}${path}`, { headers })
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })

describe('by token', () => {
  const path = `/symbols/app/${debugId}/app.sym`

  test('nobody without one gets a file, and debuggers are told to ask for it', async () => {
    for (const each of [path, '/buildid/00112233445566778899aabbccddeeff00112233/debuginfo']) {
      const refused = await get(each)
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Basic realm="Crashkeep symbols"'])
    }
    expect((await get(path, { authorization: 'Bearer wrong' })).status).toBe(401)
  })

  test('it may come in each way that debuggers have', async () => {
    for (const headers of [
      { authorization: `Bearer ${reader}` },
      basic(`${reader}:`),
      basic(`anybody:${reader}`),
      { 'auth-token': reader },
    ])
      expect((await get(path, headers)).text).toContain('Widget::draw')
    expect((await get(`${path}?key=${reader}`)).status).toBe(200)
  })

  test('of another project or without the right to read it opens nothing', async () => {
    const { status } = await server.ask('/api/v1/projects', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"slug":"other"}'),
    })
    expect(status).toBeLessThan(300)
    for (const [change, expected] of [
      [{ scopes: ['read'], projects: ['other'] }, 404],
      [{ scopes: ['upload-symbols'] }, 403],
    ] as const) {
      const created = await server.ask('/api/v1/tokens', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ name: 'narrow', ...change })),
      })
      const { secret } = JSON.parse(created.text) as { secret: string }
      expect((await get(path, { authorization: `Bearer ${secret}` })).status).toBe(expected)
    }
  })
})

describe('to everybody', () => {
  beforeAll(() => settings({ symbolAccess: 'public', keepDebugFiles: true }))

  test("Breakpad's layout, by debug id and by code id, of the whole server and of one project", async () => {
    for (const path of [
      `/symbols/app/${debugId}/app.sym`,
      `/symbols/app/${debugId.toLowerCase()}/app.sym`,
      `/symbols/default/app/${debugId}/app.sym`,
      '/symbols/app/00112233445566778899aabbccddeeff00112233/app.sym',
    ]) {
      const answer = await get(path)
      expect([path, answer.status, answer.headers['content-length']]).toEqual([path, 200, String(answer.body.length)])
      expect(answer.text).toContain('Widget::draw')
      expect(answer.headers['access-control-allow-origin']).toBe('*')
    }
    for (const path of [`/symbols/shop.pdb/${windowsId}/shop.sym`, '/symbols/shop.exe/5A9C1B2C7f000/shop.sym'])
      expect((await get(path)).text).toContain('PUBLIC 1000 0 main')
    const head = await exchange(`${server.url}/symbols/app/${debugId}/app.sym`, { method: 'HEAD' })
    expect([head.status, head.body.length]).toEqual([200, 0])
    expect(Number(head.headers['content-length'])).toBeGreaterThan(100)
  })

  test('the whole file, a part, packed, or only whether it changed, as the asker likes', async () => {
    const path = `/symbols/app/${debugId}/app.sym`
    const whole = await get(path)
    const { etag = '' } = whole.headers
    expect([whole.headers['accept-ranges'], etag]).toEqual(['bytes', expect.stringMatching(/^"[0-9a-f]{64}"$/)])
    const part = await get(path, { range: 'bytes=7-11', 'if-range': etag })
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, 'Linux', `bytes 7-11/${whole.body.length}`])
    const rest = await get(path, { range: `bytes=${whole.body.length - 5}-` })
    expect([rest.status, rest.text]).toEqual([206, whole.text.slice(-5)])
    const beyond = await get(path, { range: 'bytes=1000000-' })
    expect([beyond.status, beyond.body.length, beyond.headers['content-range']]).toEqual([416, 0, `bytes */${whole.body.length}`])
    const packed = await get(path, { 'accept-encoding': 'gzip, deflate' })
    expect([packed.headers['content-encoding'], packed.headers.vary]).toEqual(['gzip', 'Accept-Encoding'])
    expect(gunzipSync(packed.body).equals(whole.body)).toBe(true)
    for (const [held, encoding] of [
      [etag, 'identity'],
      [packed.headers.etag ?? '', 'gzip'],
    ] as const) {
      const unchanged = await get(path, { 'if-none-match': held, 'accept-encoding': encoding })
      expect([unchanged.status, unchanged.body.length]).toEqual([304, 0])
    }
  })

  test.each([
    `/symbols/app/${debugId}/other.sym`,
    `/symbols/app/${'F'.repeat(33)}/app.sym`,
    `/symbols/other/app/${debugId}/app.sym`,
    '/symbols/..%2f..%2fadmin-token/00/..%2f..%2fadmin-token',
    '/symbols/app/xyz/app.sym',
    `/symbols/shop.pdb/${windowsId}/shop.pdb`,
    `/symbols/shop.pdb/${windowsId}/file.ptr`,
    '/buildid/00112233445566778899aabbccddeeff00112233/debuginfo',
    '/buildid/..%2f/debuginfo',
    '/buildid/0011/source/etc/passwd',
    '/buildid/0011/section/.text',
    '/buildid/00112233445566778899aabbccddeeff00112233/section/',
    // What symsrv asks of a store before it asks for a file, and after it had none.
    '/symbols/pingme.txt',
    '/symbols/index2.txt',
    '/symbols//index2.txt',
    '/symbols/default/index2.txt',
    `/symbols/nosuch.pdb/${windowsId}/nosuch.pd_`,
    `/symbols/nosuch.pdb/${windowsId}/file.ptr`,
    '/symbols/',
    '/symbols/default/',
  ])('nothing is at %s, and that is said at once and without a page', async (path) => {
    const answer = await get(path, { accept: 'text/html,*/*' })
    expect([404, 401]).toContain(answer.status)
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
  })

  test.skipIf(!existsSync(fixtures))(
    'PDB and program as WinDbg and Visual Studio ask for them: by signature and age, by time stamp and size, plain and in a cabinet (needs ../shared fixtures)',
    async () => {
      const pe = readFileSync(join(fixtures, 'dump_syms_regtest64.exe'))
      const pdb = readFileSync(join(fixtures, 'dump_syms_regtest64.pdb'))
      for (const [name, body] of [
        ['test.exe', pe],
        ['dump_syms_regtest64.pdb', pdb],
      ] as const) {
        const upload = await server.ask(`/api/v1/symbols?project=default&name=${name}`, {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body,
        })
        expect(upload.status, upload.text).toBe(200)
      }
      // As dbghelp prints them: the time stamp with eight digits, the size without leading zeros.
      const header = pe.readUInt32LE(0x3c)
      const stamp = pe
        .readUInt32LE(header + 8)
        .toString(16)
        .toUpperCase()
        .padStart(8, '0')
      const codeId = `${stamp}${pe.readUInt32LE(header + 24 + 56).toString(16)}`
      const debugId = '72E103A85CB249078B76B2E7C06257B13'
      for (const place of ['/symbols', '/symbols/', '/symbols/default', '/symbols/default/'])
        for (const [file, id, cabinet, content] of [
          ['dump_syms_regtest64.pdb', debugId, 'dump_syms_regtest64.pd_', pdb],
          ['test.exe', codeId, 'test.ex_', pe],
        ] as const)
          for (const tier of ['', `${file.slice(0, 2)}/`]) {
            const plain = await get(`${place}/${tier}${file}/${id}/${file}`)
            expect([plain.status, plain.body.equals(content)], `${place}/${tier}${file}`).toEqual([200, true])
            const packed = await get(`${place}/${tier}${file}/${id}/${cabinet}`)
            expect([packed.status, packed.headers['content-length']]).toEqual([200, String(packed.body.length)])
            const path = join(folder, cabinet)
            await writeFile(path, packed.body)
            expect(Buffer.concat([...cabinetFile(path)]).equals(content)).toBe(true)
          }
      const head = await exchange(`${server.url}/symbols/test.exe/${codeId}/test.ex_`, { method: 'HEAD' })
      expect([head.status, head.body.length, Number(head.headers['content-length']) > pe.length]).toEqual([200, 0, true])
    },
  )

  test('symbolicates stacks as Mozilla does, with inlined calls', async () => {
    const job = {
      memoryMap: [
        ['app', debugId],
        ['xul.pdb', 'F'.repeat(33)],
        ['unused', debugId],
        ['shop.pdb', windowsId],
      ],
      stacks: [
        [
          [0, 0x1234],
          [0, 0x1250],
          [1, 16],
          [-1, 17],
          [3, 0x1000],
          [0, -1],
        ],
      ],
    }
    const ask = async (path: string, body: object) =>
      exchange(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(body)),
      })
    const answer = await ask('/symbolicate/v5', { jobs: [job] })
    expect(JSON.parse(answer.text)).toEqual({
      results: [
        {
          stacks: [
            [
              {
                ...{ frame: 0, module: 'app', module_offset: '0x1234', function: 'Widget::draw(int)', function_offset: '0x34' },
                ...{ file: 'widget.cc', line: 42, inlines: [{ function: 'Price::of()', file: 'price.cc', line: 7 }] },
              },
              {
                frame: 1,
                module: 'app',
                module_offset: '0x1250',
                function: 'Widget::draw(int)',
                function_offset: '0x50',
                file: 'widget.cc',
                line: 43,
              },
              { frame: 2, module: 'xul.pdb', module_offset: '0x10' },
              { frame: 3, module: '<unknown>', module_offset: '0x11' },
              { frame: 4, module: 'shop.exe', module_offset: '0x1000', function: 'main', function_offset: '0x0' },
              { frame: 5, module: 'app', module_offset: '-0x1' },
            ],
          ],
          found_modules: {
            [`app/${debugId}`]: true,
            [`xul.pdb/${'F'.repeat(33)}`]: false,
            [`unused/${debugId}`]: null,
            [`shop.pdb/${windowsId}`]: true,
          },
        },
      ],
    })
    const old = await ask('/symbolicate/v4', { ...job, version: 4 })
    expect(JSON.parse(old.text)).toMatchObject({
      symbolicatedStacks: [
        [
          'Widget::draw(int) (in app)',
          'Widget::draw(int) (in app)',
          '0x10 (in xul.pdb)',
          '0x11 (in <unknown>)',
          'main (in shop.exe)',
          '-0x1 (in app)',
        ],
      ],
      knownModules: [true, false, null, true],
    })
    const preflight = await exchange(`${server.url}/symbolicate/v5`, {
      method: 'OPTIONS',
      headers: { origin: 'https://profiler.firefox.com' },
    })
    expect([preflight.status, preflight.headers['access-control-allow-methods']]).toEqual([204, 'POST'])
    const alone = JSON.parse((await ask('/symbolicate/v5', job)).text) as object
    expect(alone).toEqual(JSON.parse(answer.text))
    for (const [body, what] of [
      [{}, 'job 0: memoryMap'],
      [{ jobs: [] }, 'at least one job'],
      [{ jobs: Array.from({ length: 11 }, () => job) }, '10 jobs'],
      [{ jobs: [job, { memoryMap: [['a']], stacks: [] }] }, 'job 1: module 0'],
      [{ jobs: [{ ...job, stacks: [[[0, -2]]] }] }, 'job 0: stack 0, frame 0'],
      [{ jobs: [{ ...job, stacks: [[], [[4, 1]]] }] }, 'job 0: stack 1, frame 0'],
    ] as const) {
      const refused = await ask('/symbolicate/v5', body)
      expect([refused.status, JSON.parse(refused.text)]).toEqual([400, expect.objectContaining({ title: expect.stringContaining(what) })])
    }
    const many = { memoryMap: job.memoryMap, stacks: Array.from({ length: 3 }, () => Array.from({ length: 100_000 }, () => [0, 1])) }
    expect((await ask('/symbolicate/v5', many)).status).toBe(413)
  })

  test.skipIf(!hasTools)(
    'the real gdb gets debug information and program from here, and shows source lines (needs gdb, gcc and binutils)',
    async () => {
      const source = join(folder, 'cart.c')
      await writeFile(
        source,
        'static int price_of(int *item) { return *item; }\n\nint total(int *item) {\n  return price_of(item) + 1;\n}\n\nint main(void) {\n  return total(0);\n}\n',
      )
      const program = join(folder, 'cart')
      await run('gcc', ['-g', '-O0', '-Wl,--build-id', '-o', program, source], { timeout: timeoutMs })
      const upload = await server.ask('/api/v1/symbols?project=default&name=cart', {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: await readFile(program),
      })
      expect(upload.status, upload.text).toBe(200)
      const stripped = join(folder, 'stripped')
      await run('objcopy', ['--strip-all', program, stripped], { timeout: timeoutMs })
      const buildId = /Build ID: ([0-9a-f]+)/.exec((await run('readelf', ['-n', program])).stdout)?.[1] ?? ''
      for (const kind of ['debuginfo', 'executable']) {
        const answer = await get(`/buildid/${buildId}/${kind}`)
        expect([answer.status, answer.headers['x-debuginfod-size']]).toEqual([200, String((await readFile(program)).length)])
        expect(answer.body.equals(await readFile(program))).toBe(true)
      }
      const home = join(folder, 'home')
      await mkdir(home)
      const sent = await server.ask(`/api/v1/symbols/source?project=default&buildId=${buildId}&path=${encodeURIComponent(source)}`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: await readFile(source),
      })
      expect(sent.status, sent.text).toBe(204)
      expect((await get(`/buildid/${buildId}/source${source}`)).text).toContain('price_of')
      expect((await get(`/buildid/${buildId}/source/etc/passwd`)).status).toBe(404)
      expect((await get(`/buildid/${buildId}/source${source.replace('/cart.c', '/./other/../cart.c')}`)).text).toContain('price_of')
      const debugLine = join(folder, 'debug_line')
      await run('objcopy', ['--dump-section', `.debug_line=${debugLine}`, program, join(folder, 'copied')], { timeout: timeoutMs })
      const section = await get(`/buildid/${buildId}/section/.debug_line`)
      expect([section.status, section.body.equals(await readFile(debugLine))]).toEqual([200, true])
      for (const none of ['.bss', '.nosuch']) expect((await get(`/buildid/${buildId}/section/${none}`)).status).toBe(404)
      // What gdb shows comes from the server, or from nowhere.
      for (const path of [program, source]) await rm(path)
      const { stdout } = await run(
        'gdb',
        ['-batch', '-nx', '-ex', 'set debuginfod enabled on', '-ex', 'file stripped', '-ex', 'info line total', '-ex', 'list total'],
        {
          cwd: folder,
          timeout: timeoutMs,
          env: { PATH: '/usr/bin:/bin', HOME: home, DEBUGINFOD_URLS: server.url, DEBUGINFOD_TIMEOUT: '20' },
        },
      )
      expect(stdout).toMatch(/Line 3 of ".*cart\.c" starts at address/)
      expect(stdout).toContain('return price_of(item) + 1;')
    },
  )

  test.skipIf(!hasTools)(
    'of two programs with one build id gives the one whose symbols a person prefers (needs gcc and binutils)',
    async () => {
      const buildId = 'feedc0de'.repeat(5)
      const programs: Buffer[] = []
      for (const name of ['first', 'second']) {
        const source = join(folder, `${name}.c`)
        await writeFile(source, `int ${name}(void) { return 0; }\nint main(void) { return ${name}(); }\n`)
        const program = join(folder, name)
        await run('gcc', ['-g', `-Wl,--build-id=0x${buildId}`, '-o', program, source], { timeout: timeoutMs })
        programs.push(await readFile(program))
        const upload = await server.ask('/api/v1/symbols?project=default&name=twins', {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body: programs.at(-1) ?? Buffer.alloc(0),
        })
        expect(JSON.parse(upload.text)).toMatchObject({ outcome: name === 'first' ? 'stored' : 'conflict' })
      }
      const [first, second] = programs
      const served = async (kind: string) => (await get(`/buildid/${buildId}/${kind}`)).body
      expect((await served('executable')).equals(first ?? Buffer.alloc(0))).toBe(true)
      const module = { debugFile: 'twins', debugId: 'DEC0EDFEEDFEDEC0FEEDC0DEFEEDC0DE0' }
      const conflicts = await server.ask(`/api/v1/symbols/conflicts?${new URLSearchParams({ project: 'default', ...module })}`)
      const sha256 = (JSON.parse(conflicts.text) as SymbolConflicts).items[0]?.sha256
      const chosen = await server.ask('/api/v1/symbols/prefer?project=default', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ ...module, sha256 })),
      })
      expect(chosen.status, chosen.text).toBe(200)
      for (const kind of ['executable', 'debuginfo']) expect((await served(kind)).equals(second ?? Buffer.alloc(0))).toBe(true)
      expect((await get(`/symbols/twins/${module.debugId}/twins.sym`)).text).toContain('second')
    },
  )
})
