/** Other services' own programs that upload symbols, unmodified, with nothing changed but the address and the token. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SymbolModulePage, TokenCreated } from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { clientFile, type Ended, installClients, runForeign } from '../harness/peer-clients.ts'
import { compile, run } from '../harness/programs.ts'
import { startServer, type TestedServer } from '../harness/server.ts'

const installTimeoutMs = 300_000
const undo = undoAfterAll()
let folder: string
let server: TestedServer
let token: string

beforeAll(async () => {
  await installClients()
  folder = temporaryFolder(undo, 'symbol-clients')
  server = await startServer({ dataDir: join(folder, 'data') })
  undo(() => server.stop())
  const body = Buffer.from('{"name":"ci","scopes":["upload-symbols"],"projects":["default"]}')
  const created = await server.ask('/api/v1/tokens', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  token = (JSON.parse(created.text) as TokenCreated).secret
  const program = await compile('shop.cc', join(folder, 'shop'), ['-g', '-O0'])
  await run('objcopy', ['--only-keep-debug', program, join(folder, 'shop.debug')])
  await run('strip', [program])
  mkdirSync(join(folder, 'dist'))
  writeFileSync(join(folder, 'dist/app.js'), 'throw new Error("x")\n//# sourceMappingURL=app.js.map\n')
  const map = { version: 3, file: 'app.js', sources: ['../src/app.ts'], names: [], mappings: 'AAAA' }
  writeFileSync(join(folder, 'dist/app.js.map'), JSON.stringify(map))
}, installTimeoutMs)

async function modules(): Promise<SymbolModulePage['items']> {
  return (JSON.parse((await server.ask('/api/v1/symbols?project=default&stored=true')).text) as SymbolModulePage).items
}

function runProgram(program: string, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return runForeign(program, args, folder, env)
}

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('sentry-cli (needs Linux on x64)', () => {
  const sentry = (...args: string[]) => sentryAs(token, ...args)
  const sentryAs = (secret: string, ...args: string[]) =>
    runProgram(clientFile('@sentry/cli-linux-x64/bin/sentry-cli'), args, {
      ...{ SENTRY_URL: server.url, SENTRY_AUTH_TOKEN: secret, SENTRY_ORG: 'any', SENTRY_PROJECT: 'default' },
      SENTRY_DISABLE_UPDATE_CHECK: '1',
    })

  test('knows who it is', async () => {
    expect(await sentry('info')).toMatchObject({ code: 0, output: expect.stringContaining('User: ci') })
  })

  test('uploads a stripped program and its debug file, which become one symbol file', async () => {
    const upload = ['debug-files', 'upload', '--wait', 'shop', 'shop.debug']
    const first = await sentry(...upload)
    expect(first, first.output).toMatchObject({ code: 0, output: expect.stringContaining('Uploaded 2 missing debug information files') })
    const shop = (await modules()).find(({ debugFile }) => debugFile === 'shop')
    expect(shop).toMatchObject({ state: 'present', file: { lacks: [], os: 'Linux', cpu: 'x86_64' } })
    expect(await sentry(...upload)).toMatchObject({ code: 0, output: expect.stringContaining('Nothing to upload') })
  })

  test('uploads source maps of a release', async () => {
    expect(await sentry('releases', 'new', 'shop@1.0.0')).toMatchObject({ code: 0 })
    expect(await sentry('sourcemaps', 'inject', 'dist')).toMatchObject({ code: 0 })
    const uploaded = await sentry('sourcemaps', 'upload', '--release', 'shop@1.0.0', '--wait', 'dist')
    expect(uploaded, uploaded.output).toMatchObject({ code: 0, output: expect.stringContaining('File processing complete') })
    expect(await sentry('releases', 'finalize', 'shop@1.0.0')).toMatchObject({ code: 0 })
    // The same map by hand: its release and script are known.
    const query = 'project=default&release=1.0.0&script=app.js'
    const again = await server.ask(`/api/v1/source-maps?${query}`, { method: 'POST', body: readFileSync(join(folder, 'dist/app.js.map')) })
    expect(JSON.parse(again.text)).toMatchObject({ outcome: 'present', script: 'app.js', release: '1.0.0', debugId: expect.any(String) })
  })

  test('says why it was refused', async () => {
    const refused = await sentryAs('nobody', 'debug-files', 'upload', 'shop')
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('unknown, expired or revoked') })
  })
})

describe("BugSplat's symbol-upload", () => {
  const symbolUpload = (...args: string[]) =>
    runProgram(
      process.execPath,
      [clientFile('@bugsplat/symbol-upload/dist/bin/index.js'), '-b', 'default', '-a', 'shop', '-v', '2.0.0', ...args],
      {
        BUGSPLAT_HOST: server.url,
      },
    )

  test.each([
    ['a client id and its secret', 'client', (secret: string) => ['-i', 'any', '-s', secret]],
    ['a name and a password', 'user', (secret: string) => ['-u', 'ci@shop.example', '-p', secret]],
  ])('uploads a symbol file and a debug file with %s', async (_with, name, rights) => {
    const id = name === 'user' ? 'B' : 'A'
    writeFileSync(join(folder, `${name}.sym`), `MODULE Linux x86_64 ${id.repeat(32)}0 ${name}\nFUNC 1000 10 0 f()\n`)
    copyFileSync(join(folder, 'shop'), join(folder, `${name}.elf`))
    const uploaded = await symbolUpload(...rights(token), '-d', '.', '-f', `${name}.{sym,elf}`)
    expect(uploaded, uploaded.output).toMatchObject({ code: 0, output: expect.stringContaining('Uploaded 2 symbols') })
    const stored = (await modules()).map(({ debugFile }) => debugFile)
    expect(stored).toEqual(expect.arrayContaining([name, `${name}.elf`]))
  })

  test('uploads a program that tells nothing, as builds do, without a failure', async () => {
    writeFileSync(join(folder, 'data.c'), 'int only_data = 1;\n')
    await run('gcc', ['-shared', '-nostdlib', '-s', '-Wl,--build-id', '-o', join(folder, 'data.elf'), join(folder, 'data.c')])
    const uploaded = await symbolUpload('-i', 'any', '-s', token, '-d', '.', '-f', 'data.elf')
    expect(uploaded, uploaded.output).toMatchObject({ code: 0, output: expect.stringContaining('Uploaded 1 symbols') })
    expect((await modules()).map(({ debugFile }) => debugFile)).not.toContain('data.elf')
  })

  test('uploads source maps of a version', async () => {
    const uploaded = await symbolUpload('-i', 'any', '-s', token, '-d', 'dist', '-f', '*.js.map')
    expect(uploaded, uploaded.output).toMatchObject({ code: 0 })
    const query = 'project=default&release=2.0.0&script=app.js'
    const again = await server.ask(`/api/v1/source-maps?${query}`, { method: 'POST', body: readFileSync(join(folder, 'dist/app.js.map')) })
    expect(JSON.parse(again.text)).toMatchObject({ outcome: 'present', release: '2.0.0' })
  })

  test('says why it was refused', async () => {
    const refused = await symbolUpload('-i', 'any', '-s', 'nobody', '-f', '*.sym')
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('Could not authenticate') })
  })
})
