/** Symbols as builds send them: in every packing, by every protocol that needs no program of its own, whole and in halves, and from hostile senders. */
import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import type {
  SymbolConflicts,
  SymbolModulePage,
  SymbolsMissing,
  SymbolUploaded,
  SymbolUsage,
  TokenCreated,
} from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { type Answer, type Exchange, exchange } from '../harness/http.ts'
import { compile, run } from '../harness/programs.ts'
import { root, startServer, type TestedServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { acknowledged, sendForm } from '../harness/upload.ts'
import { zipOf } from '../harness/zip.ts'

const patienceMs = 60_000
const undo = undoAfterAll()
let folder: string
let server: TestedServer
/** May upload symbols of `default`, and nothing else. */
let token: string
let ids = 0

beforeAll(async () => {
  folder = temporaryFolder(undo, 'uploads')
  server = await startServer({ dataDir: join(folder, 'data'), arguments: ['--shared-symbols-bytes', '500'] })
  undo(() => server.stop())
  token = await newToken(['default'])
})

async function newToken(projects: string[] | undefined, scopes = ['upload-symbols']): Promise<string> {
  const body = Buffer.from(JSON.stringify({ name: 'ci', scopes, ...(projects === undefined ? {} : { projects }) }))
  const answer = await server.ask('/api/v1/tokens', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  return (JSON.parse(answer.text) as TokenCreated).secret
}

function newId(): string {
  ids += 1
  return `${ids.toString(16).padStart(8, '0')}0123456789ABCDEF01234567`.toUpperCase().concat('0')
}

const sym = (debugId: string, file = 'app', more = '') =>
  `MODULE Linux x86_64 ${debugId} ${file}\nFUNC 1000 100 0 app::run()\n1000 100 7 0\n${more}`

function upload(body: Uint8Array | string, query = '', options: Exchange = {}): Promise<Answer> {
  return exchange(`${server.url}/api/v1/symbols?project=default${query}`, {
    method: 'POST',
    body: Buffer.from(body),
    ...options,
    headers: { authorization: `Bearer ${token}`, ...options.headers },
  })
}

async function uploaded(body: Uint8Array | string, query = '', options: Exchange = {}): Promise<SymbolUploaded> {
  const answer = await upload(body, query, options)
  expect(answer.status, answer.text).toBe(200)
  return JSON.parse(answer.text) as SymbolUploaded
}

function form(fields: Readonly<Record<string, string>>, files: Readonly<Record<string, Uint8Array>>): Exchange & { body: Buffer } {
  const boundary = 'crashkeep-symbols'
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  )
  for (const [name, bytes] of Object.entries(files)) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`
    parts.push(Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')]))
  }
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)])
  return { method: 'POST', headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body }
}

async function modules(): Promise<SymbolModulePage['items']> {
  return (JSON.parse((await server.ask('/api/v1/symbols?project=default&stored=true&limit=200')).text) as SymbolModulePage).items
}

describe('a symbol file', () => {
  const packed: readonly (readonly [string, (text: string) => [Uint8Array | string, Exchange?]])[] = [
    ['as it is', (text) => [text]],
    ['gzip as the header says', (text) => [gzipSync(text), { headers: { 'content-encoding': 'gzip' } }]],
    ['zstd as the header says', (text) => [zstdCompressSync(text), { headers: { 'content-encoding': 'zstd' } }]],
    ['a gzip file', (text) => [gzipSync(text)]],
    ['a zstd file', (text) => [zstdCompressSync(text)]],
    ['in a zip', (text) => [zipOf({ 'app/1/app.sym': Buffer.from(text), 'README.txt': Buffer.from('symbols') })]],
    ['gzip in a zip', (text) => [zipOf({ 'app.sym.gz': gzipSync(text) })]],
    [
      'in a form',
      (text) => {
        const { headers, body } = form({}, { file: Buffer.from(text) })
        return [body, headers === undefined ? {} : { headers }]
      },
    ],
  ]
  test.each(packed)('is taken %s, and again changes nothing', async (_how, pack) => {
    const debugId = newId()
    const [body, options] = pack(sym(debugId))
    expect(await uploaded(body, '', options)).toMatchObject({ debugFile: 'app', debugId, outcome: 'stored', refused: [] })
    expect(await uploaded(body, '', options)).toMatchObject({ outcome: 'present' })
  })

  test('that differs is kept aside and shown; the first one serves until a person prefers the other', async () => {
    const buildId = randomBytes(20).toString('hex')
    const [, a, b, c, d, e, f, g, h, rest] = /^(..)(..)(..)(..)(..)(..)(..)(..)(.{16})/.exec(buildId.toUpperCase()) ?? []
    const debugId = `${d}${c}${b}${a}${f}${e}${h}${g}${rest}0`
    const context = { registers: { rip: 0x401010, rsp: 0x7fff0000 } }
    const dump = synthDump({
      modules: [{ baseAddress: 0x400000n, size: 0x10000, name: '/opt/app', buildId }],
      threads: [{ id: 7, stack: stack(0x7fff0000n, [0n, 0n]), context }],
      exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
    })
    const first = await uploaded(sym(debugId))
    const other = sym(debugId).replace('app::run()', 'app::walk()')
    expect(await uploaded(other)).toMatchObject({ outcome: 'conflict' })
    const id = await acknowledged(sendForm(server.ingestUrl, { dump }))
    expect(await server.finishedReport(id, patienceMs)).toMatchObject({ signature: 'app::run' })
    const shown = (await modules()).find((module) => module.debugId === debugId)
    expect(shown).toMatchObject({ state: 'conflict', file: { conflicts: 1 } })
    const conflicts = await server.ask(`/api/v1/symbols/conflicts?project=default&debugFile=app&debugId=${debugId}`)
    const { serving, items } = JSON.parse(conflicts.text) as SymbolConflicts
    expect(serving.map(({ sha256 }) => sha256)).toEqual([first.sha256])
    expect(items).toMatchObject([{ scope: 'project:1', uploadedBy: expect.stringContaining('ci') }])

    const rights = [`--server`, server.url, `--token`, server.token]
    const symbols = (...args: string[]) => run(process.execPath, [join(root, 'packages/cli/dist/main.js'), 'symbols', ...args, ...rights])
    expect((await symbols('prefer', 'app', debugId)).stdout).toMatch(/^serves +.*\n.*aside/m)
    const aside = items[0]?.sha256 ?? ''
    expect((await symbols('fetch', 'app', debugId, '--hash', aside.slice(0, 8))).stdout).toBe(other)
    expect((await symbols('prefer', 'app', debugId, aside.slice(0, 8))).stdout).toContain('1 report is processed again')
    await until('the report to be processed with the other file', patienceMs, async () =>
      (await server.report(id))?.signature === 'app::walk' ? true : undefined,
    )
    expect(await uploaded(sym(debugId))).toMatchObject({ outcome: 'conflict' })
    const refused = await symbols('prefer', 'app', debugId, 'ffffffff').catch((error: { stderr: string }) => error)
    expect(refused.stderr).toMatch(/no file/i)
  })

  test('goes into the scope of its token only', async () => {
    const debugId = newId()
    const [shared, elsewhere] = [
      await exchange(`${server.url}/api/v1/symbols?shared=true`, {
        method: 'POST',
        body: Buffer.from(sym(debugId)),
        headers: { authorization: `Bearer ${token}` },
      }),
      await upload(sym(debugId), '', { headers: { authorization: `Bearer ${await newToken(undefined, ['read'])}` } }),
    ]
    expect([shared.status, elsewhere.status]).toEqual([403, 403])
    expect((await upload(sym(debugId), '', { headers: { authorization: 'Bearer nobody' } })).status).toBe(401)
    const reads = await exchange(`${server.url}/api/v1/symbols?project=default`, { headers: { authorization: `Bearer ${token}` } })
    expect(reads.status).toBe(403)
    expect((await modules()).some((module) => module.debugId === debugId)).toBe(false)
  })

  test('that the server has need not be sent', async () => {
    const [there, half, missing] = [newId(), newId(), newId()]
    await uploaded(sym(there, 'app', 'STACK CFI INIT 1000 100 .cfa: $rsp 8 + .ra: .cfa 8 - ^\n'))
    const { sha256 } = await uploaded(sym(half))
    const named = [there, half, missing].map((debugId) => ({ debugFile: 'app', debugId }))
    const ask = async (list: object[]) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const body = Buffer.from(JSON.stringify({ modules: list }))
      const answer = await exchange(`${server.url}/api/v1/symbols/missing?project=default`, { method: 'POST', body, headers })
      return (JSON.parse(answer.text) as SymbolsMissing).missing.map(({ debugId, lacks }) => [debugId, lacks])
    }
    expect(await ask(named)).toEqual([
      [half, ['unwind']],
      [missing, ['file']],
    ])
    expect(await ask([{ debugFile: 'app', debugId: half, sha256 }])).toEqual([])
  })

  test("for every project counts against the server's own quota", async () => {
    const headers = { authorization: `Bearer ${await newToken(undefined, ['upload-symbols'])}` }
    const send = (more: string) =>
      exchange(`${server.url}/api/v1/symbols?shared=true`, { method: 'POST', body: Buffer.from(sym(newId(), 'all', more)), headers })
    expect((await send('')).status).toBe(200)
    const more = await send('FUNC 2000 10 0 all::more()\n'.repeat(20))
    expect([more.status, JSON.parse(more.text)]).toMatchObject([
      413,
      { code: 'symbol_quota', message: expect.stringContaining('every project') },
    ])
    const usage = JSON.parse((await server.ask('/api/v1/symbols/usage?project=default')).text) as SymbolUsage
    expect(usage).toMatchObject({ shared: { files: 1, maxBytes: 500 }, fetched: { files: 0, maxBytes: 20 * 1024 ** 3 } })
    const narrow = { authorization: `Bearer ${await newToken(['default'], ['read'])}` }
    const seen = await exchange(`${server.url}/api/v1/symbols/usage?project=default`, { headers: narrow })
    expect(JSON.parse(seen.text)).toMatchObject({ shared: null, fetched: null })
  })

  test('beyond the quota of its project is refused, and leaves nothing', async () => {
    const json = { 'content-type': 'application/json' }
    await server.ask('/api/v1/projects', { method: 'POST', body: Buffer.from('{"slug":"small"}'), headers: json })
    const settings = { settings: { symbolQuotaFiles: 2 } }
    await server.ask('/api/v1/projects/small', { method: 'PATCH', body: Buffer.from(JSON.stringify(settings)), headers: json })
    const headers = { authorization: `Bearer ${await newToken(['small'])}` }
    const send = (body: Buffer) => exchange(`${server.url}/api/v1/symbols?project=small`, { method: 'POST', body, headers })
    const files = Object.fromEntries([1, 2, 3].map((n) => [`${n}.sym`, Buffer.from(sym(newId(), `app${n}`))]))
    const answer = JSON.parse((await send(zipOf(files))).text) as SymbolUploaded
    expect(answer.modules).toHaveLength(2)
    expect(answer.refused).toMatchObject([{ name: '3.sym', code: 'symbol_quota', message: expect.stringContaining('2 files') }])
    const more = await send(Buffer.from(sym(newId())))
    expect([more.status, JSON.parse(more.text)]).toMatchObject([413, { code: 'symbol_quota' }])
    expect(JSON.parse((await server.ask('/api/v1/symbols/usage?project=small')).text) as SymbolUsage).toMatchObject({
      files: 2,
      maxFiles: 2,
      removed: null,
    })
  })
})

describe('debug files', () => {
  let program: string
  let whole: { debugId: string; text: string }

  beforeAll(async () => {
    program = await compile('shop.cc', join(folder, 'shop'), ['-g', '-O0'])
    await run('objcopy', ['--only-keep-debug', program, join(folder, 'shop.debug')])
    copyFileSync(program, join(folder, 'stripped'))
    await run('strip', [join(folder, 'stripped')])
    const { debugId } = await uploaded(readFileSync(program), '&name=whole')
    whole = { debugId, text: await served('whole', debugId) }
  })

  const served = async (name: string, debugId: string) =>
    (await server.ask(`/api/v1/symbols/${name}/${debugId}/${name}.sym?project=default`)).text
  /** Without the name that the module was given here, which stands in the first line and in names that the dumper makes. */
  const body = (text: string, name: string) => text.slice(text.indexOf('\n')).replaceAll(` in ${name}>`, ' in whole>')

  test('are made into symbol files, by which reports that were there before get functions and lines', async () => {
    const [, address = '', line = ''] = /^FUNC ([0-9a-f]+) [0-9a-f]+ 0 main\n[0-9a-f]+ [0-9a-f]+ (\d+)/m.exec(whole.text) ?? []
    const digits = whole.debugId.slice(0, 32).replace(/(..)(..)(..)(..)(..)(..)(..)(..)(.*)/, '$4$3$2$1$6$5$8$7$9')
    const context = { registers: { rip: 0x400000 + Number.parseInt(address, 16), rsp: 0x7fff0000 } }
    const dump = synthDump({
      modules: [{ baseAddress: 0x400000n, size: 0x100000, name: '/opt/later', buildId: digits.toLowerCase() }],
      threads: [{ id: 7, stack: stack(0x7fff0000n, [0n, 0n]), context }],
      exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
    })
    const id = await acknowledged(sendForm(server.ingestUrl, { dump }))
    expect((await server.finishedReport(id, patienceMs)).signature).toMatch(/^later\+0x/)
    expect(await uploaded(readFileSync(program), '&name=later')).toMatchObject({
      outcome: 'stored',
      reprocessing: 1,
      modules: [{ format: 'elf' }],
    })
    await until('the report to be processed again', patienceMs, async () =>
      (await server.report(id))?.signature === 'main' ? true : undefined,
    )
    expect((await server.report(id))?.processed).toMatchObject({ threads: [{ frames: [{ function: 'main', line: Number(line) }] }] })
  })

  test.each([
    ['the program first', ['stripped', 'shop.debug']],
    ['the debug file first', ['shop.debug', 'stripped']],
  ])('in two halves become one, %s', async (how, [first = '', second = '']) => {
    const name = how.replaceAll(' ', '-')
    const send = (file: string) => uploaded(readFileSync(join(folder, file)), `&name=${name}${file.endsWith('.debug') ? '.debug' : ''}`)
    expect(await send(first)).toMatchObject({ debugFile: name, outcome: 'stored' })
    expect(await send(second)).toMatchObject({ debugFile: name, outcome: 'completed' })
    expect(body(await served(name, whole.debugId), name)).toBe(body(whole.text, 'whole'))
    for (const again of [first, second]) expect(await send(again)).toMatchObject({ outcome: 'present' })
    const stored = (await modules()).find((module) => module.debugFile === name)
    expect(stored).toMatchObject({ state: 'present', file: { lacks: [] } })
  })

  test('want a name, unless they have one of their own', async () => {
    const answer = await upload(readFileSync(program))
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, { message: expect.stringContaining('?name=') }])
  })

  test('that are cut off, or none, cost only themselves', async () => {
    const bytes = readFileSync(program)
    const zip = zipOf({
      'cut.so': bytes.subarray(0, 2000),
      'random.dll': randomBytes(5000),
      'mz.exe': Buffer.concat([Buffer.from('MZ'), Buffer.alloc(5000)]),
      'good.sym': Buffer.from(sym(newId())),
    })
    const answer = await uploaded(zip)
    expect(answer.modules).toMatchObject([{ debugFile: 'app', outcome: 'stored' }])
    for (const { message } of answer.refused) expect(message).toMatch(/^[^\n]{10,300}\.$/)
    expect(answer.refused.map(({ name }) => name)).toEqual(expect.arrayContaining(['cut.so', 'random.dll', 'mz.exe']))
  })
})

const fixtures = join(root, '../shared/fixtures/debug-files')

describe.skipIf(!existsSync(fixtures))('debug files of other systems (needs ../shared fixtures)', () => {
  const windows = (name: string) => readFileSync(join(fixtures, 'dump_syms/windows', name))
  const mac = (name: string) => readFileSync(join(fixtures, 'symbolic/macos', name))

  test.each([
    {
      system: 'Windows',
      files: () => ({
        'bin/test.exe': windows('dump_syms_regtest64.exe'),
        'bin/dump_syms_regtest64.pdb': windows('dump_syms_regtest64.pdb'),
      }),
      pdb: { guid: '72E103A8-5CB2-4907-8B76-B2E7C06257B1', age: 3, fileName: 'C:\\build\\dump_syms_regtest64.pdb' },
      symbols: 'dump_syms_regtest64.pdb/72E103A85CB249078B76B2E7C06257B13/dump_syms_regtest64.sym',
    },
    {
      system: 'macOS',
      files: () => ({ crash: mac('crash'), 'crash.dSYM/Contents/Resources/DWARF/crash': mac('crash.dSYM/Contents/Resources/DWARF/crash') }),
      pdb: { guid: '67E9247C-814E-392B-A027-DBDE6748FCBF', age: 0, fileName: 'crash' },
      symbols: 'crash/67E9247C814E392BA027DBDE6748FCBF0/crash.sym',
    },
  ])('name the functions of a crash on $system, whatever half comes first', async ({ files, pdb, symbols }) => {
    const [first, second] = Object.entries(files())
    if (first === undefined || second === undefined) throw new Error('two files')
    const send = ([name, bytes]: [string, Uint8Array]) => uploaded(bytes, `&name=${encodeURIComponent(name)}`)
    expect(await send(first)).toMatchObject({ outcome: 'stored' })
    expect(await send(second)).toMatchObject({ outcome: 'completed' })
    expect(await uploaded(zipOf(files()))).toMatchObject({ refused: [], modules: [{ outcome: 'present' }, { outcome: 'present' }] })
    const { text } = await server.ask(`/api/v1/symbols/${symbols}?project=default`)
    expect(text).toMatch(/^STACK CFI INIT /m)
    const [, address = '', name = '', line = ''] =
      /^FUNC (?:m )?([0-9a-f]+) [0-9a-f]+ [0-9a-f]+ (main|\w+::\w+[^\n]*)\n[0-9a-f]+ [0-9a-f]+ ([1-9]\d*)/m.exec(text) ?? []
    const context = { registers: { rip: 0x140000000n + BigInt(`0x${address}`), rsp: 0x7fff0000 } }
    const dump = synthDump({
      modules: [{ baseAddress: 0x140000000n, size: 0x200000, name: 'C:\\app\\program', pdb }],
      threads: [{ id: 7, stack: stack(0x7fff0000n, [0n, 0n]), context }],
      exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
    })
    const report = await server.finishedReport(await acknowledged(sendForm(server.ingestUrl, { dump })), patienceMs)
    expect(name).not.toBe('')
    expect(report.processed).toMatchObject({ threads: [{ frames: [{ function: name, line: Number(line) }] }] })
  })
})

describe("Breakpad's sym_upload", () => {
  const address = (query = `?key=${token}`) => `${server.url}/sym-upload/default${query}`

  test('version 1 sends a form', async () => {
    const debugId = newId()
    const fields = { code_file: 'app', cpu: 'x86_64', debug_file: 'app', debug_identifier: debugId, os: 'Linux', version: '1' }
    const send = (said: Record<string, string>, url = address()) => exchange(url, form(said, { symbol_file: Buffer.from(sym(debugId)) }))
    expect(await send(fields)).toMatchObject({ status: 200, text: expect.stringContaining(`app ${debugId}: stored`) })
    expect(await send({ ...fields, debug_identifier: newId() })).toMatchObject({
      status: 422,
      text: expect.stringContaining('not those of'),
    })
    expect((await send(fields, address('?key=nobody'))).status).toBe(401)
    expect((await send(fields, address(''))).status).toBe(401)
    const inAddress = new URL(address(''))
    inAddress.username = token
    expect((await send(fields, `${server.url}/sym-upload/default?key=${encodeURIComponent(inAddress.username)}`)).status).toBe(200)
  })

  test('version 2 asks, puts and completes', async () => {
    const debugId = newId()
    const base = `${server.url}/sym-upload/default/v1`
    const key = `?key=${token}`
    const status = async () => (await exchange(`${base}/symbols/app/${debugId}:checkStatus${key}`)).text
    // The client looks for these words with a regular expression, blank included.
    expect(await status()).toContain('"status": "MISSING"')
    const created = (await exchange(`${base}/uploads:create${key}`, { method: 'POST', body: Buffer.alloc(0) })).text
    const uploadUrl = /"uploadUrl": "([^"]+)"/.exec(created)?.[1] ?? ''
    const uploadKey = /"uploadKey": "([^"]+)"/.exec(created)?.[1] ?? ''
    const complete = (id: string) =>
      exchange(`${base}/uploads/${uploadKey}:complete${key}`, {
        method: 'POST',
        body: Buffer.from(`{ symbol_id: {debug_file: "app", debug_id: "${id}" }, symbol_upload_type: "BREAKPAD" }`),
      })
    expect((await complete(debugId)).status).toBe(404)
    const put = async () => expect((await exchange(uploadUrl, { method: 'PUT', body: Buffer.from(sym(debugId)) })).status).toBe(200)
    await put()
    expect(await complete(newId())).toMatchObject({ status: 422 })
    await put()
    expect((await complete(debugId)).text).toContain('"result": "OK"')
    expect(await status()).toContain('"status": "FOUND"')
    await put()
    expect((await complete(debugId)).text).toContain('"result": "DUPLICATE_DATA"')
    expect((await exchange(uploadUrl.replace(token, 'nobody'), { method: 'PUT', body: Buffer.from('x') })).status).toBe(401)
  })
})

describe("Tecken's upload", () => {
  const send = (options: Exchange, secret = token) =>
    exchange(`${server.url}/upload/`, { ...options, method: 'POST', headers: { ...options.headers, 'auth-token': secret } })

  test('takes a zip in a form', async () => {
    const debugId = newId()
    const zip = zipOf({ [`app/${debugId}/app.sym`]: Buffer.from(sym(debugId)), 'linux-symbols.txt': Buffer.from('app') })
    const answer = await send(form({}, { 'symbols.zip': zip }))
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      201,
      { upload: { filename: 'symbols.zip', skipped_keys: [], files: [{ key: `app/${debugId}/app.sym`, outcome: 'stored' }] } },
    ])
    const again = JSON.parse((await send(form({}, { 'symbols.zip': zip }))).text) as { upload: { skipped_keys: string[] } }
    expect(again.upload.skipped_keys).toEqual([`app/${debugId}/app.sym`])
  })

  test('fetches nothing, and wants a token', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const fetched = await send({ headers, body: Buffer.from('url=https://symbols.example/a.zip') })
    expect([fetched.status, JSON.parse(fetched.text)]).toMatchObject([400, { error: expect.stringContaining('fetches nothing') }])
    expect((await send(form({}, { 'a.zip': zipOf({}) }), 'nobody')).status).toBe(401)
  })
})

describe('hostile uploads', () => {
  const whole = { 'app.sym': Buffer.from(sym('0'.repeat(32).concat('1'))) }
  const attacks: readonly (readonly [string, () => Uint8Array, number, RegExp])[] = [
    ['a gzip bomb', () => gzipSync(Buffer.alloc(200 * 1024 * 1024)), 413, /times its size/],
    ['a zip bomb', () => zipOf({ 'app.sym': Buffer.alloc(200 * 1024 * 1024) }), 413, /times its size/],
    ['archives in archives', () => [1, 2, 3, 4, 5].reduce((inner, n) => zipOf({ [`${n}.zip`]: inner }), zipOf(whole)), 413, /deep/],
    [
      'thousands of entries',
      () => zipOf(Object.fromEntries(Array.from({ length: 25_000 }, (_, n) => [`${n}.txt`, Buffer.from('x')]))),
      413,
      /10000 files/,
    ],
    ['entries outside', () => zipOf({ '../../../outside.sym': whole['app.sym'] }), 422, /relative path/],
    ['a zip cut in the middle', () => zipOf({ ...whole, more: randomBytes(4000) }).subarray(0, 2000), 422, /cut off/],
    ['gzip cut in the middle', () => gzipSync(randomBytes(4000)).subarray(0, 2000), 422, /cut off/],
    ['nothing', () => Buffer.alloc(0), 400, /empty/],
    ['noise', () => randomBytes(100_000), 422, /neither/],
    ['a MODULE line without an end', () => Buffer.from(`MODULE Linux x86_64 ${'A'.repeat(5_000_000)}`), 422, /MODULE/],
  ]
  test.each(attacks)('%s is refused with one sentence', async (_what, body, status, sentence) => {
    const answer = await upload(body())
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, { message: expect.stringMatching(sentence) }])
    expect((JSON.parse(answer.text) as { message: string }).message).toMatch(/^[^\n]{10,400}\.$/)
  })

  test('a body that breaks off is forgotten, and so is its file', async () => {
    const { port } = new URL(server.url)
    const socket = connect(Number(port), '127.0.0.1')
    const text = sym(newId())
    const head = `POST /api/v1/symbols?project=default HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${text.length * 2}\r\n\r\n`
    socket.write(head + text)
    await until('the upload to begin', patienceMs, () => (leftovers().length > 0 ? true : undefined))
    socket.destroy()
    await until('its folder to go', patienceMs, () => (leftovers().length === 0 ? true : undefined))
  })

  test('hurt nobody: reports are answered, nothing lies around', async () => {
    const bomb = upload(gzipSync(Buffer.alloc(150 * 1024 * 1024)))
    await acknowledged(sendForm(server.ingestUrl, { dump: synthDump({ threads: [{ id: 1 }] }) }))
    expect((await bomb).status).toBe(413)
    await until('temporary files to go', patienceMs, () => (leftovers().length === 0 ? true : undefined))
    for (const place of [folder, join(folder, 'data'), join(folder, 'data/tmp')]) expect(existsSync(join(place, 'outside.sym'))).toBe(false)
    expect(server.output).not.toMatch(/"level":(50|60)/)
  })

  /** Folders of uploads; what the protocols put down for later is another thing. */
  function leftovers(): string[] {
    return readdirSync(join(folder, 'data/tmp')).filter((name) => /^symbols-(?!staged)/.test(name))
  }
})
