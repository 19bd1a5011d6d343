/** Programs of every format die; their symbols come by each tool that people use, unmodified; the reports then name what died. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import type { ProjectDetail, ReportDetail, TokenCreated } from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { crashkeep } from '../../packages/cli/testing/command.ts'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { crashpadHandler } from '../harness/crashpad.ts'
import { exchange } from '../harness/http.ts'
import { clientFile, installClients, runForeign } from '../harness/peer-clients.ts'
import { compile, run } from '../harness/programs.ts'
import { root, startServer, type TestedServer } from '../harness/server.ts'
import { has } from '../harness/symbolizer.ts'
import { until } from '../harness/until.ts'
import { acknowledged, sendForm } from '../harness/upload.ts'
import { zipOf } from '../harness/zip.ts'

const patienceMs = 60_000
const installTimeoutMs = 300_000
const fixtures = join(root, '../shared/fixtures/debug-files/symbolic')
const base = 0x1_4000_0000n
const undo = undoAfterAll()
let folder: string
let server: TestedServer
const programs: Program[] = []

interface Program {
  readonly name: string
  /** What its build left behind. */
  readonly folder: string
  readonly dump: Uint8Array
  /** In the crashing frame. */
  readonly expected: string
  /** Of our own dump command, for tools that upload nothing else. */
  readonly symbolFile: string
  readonly debugFile: string
  readonly debugId: string
}

/** Symbols of the files of a build, and of the crash in `expected` what its dump tells of the module. */
async function program(name: string, files: readonly string[], expected: string, dump?: Uint8Array): Promise<Program> {
  const built = join(folder, name)
  const symbolFile = join(folder, `${name}.sym`)
  const ended = await crashkeep(['symbols', 'dump', ...files.map((file) => join(built, file)), '-o', symbolFile])
  expect(ended).toMatchObject({ status: 0, stderr: '' })
  const text = readFileSync(symbolFile, 'utf8')
  const [, os = '', debugId = '', debugFile = ''] = /^MODULE (\S+) \S+ (\S+) (.+)$/m.exec(text) ?? []
  return { name, folder: built, expected, symbolFile, debugFile, debugId, dump: dump ?? deathIn(text, expected, os, debugId, debugFile) }
}

/** A dump as the system's own writer makes it of a program that we cannot run here. */
function deathIn(text: string, expected: string, os: string, debugId: string, debugFile: string): Uint8Array {
  const [, address = ''] =
    text
      .split('\n')
      .map((line) => /^FUNC (?:m )?([0-9a-f]+) \S+ \S+ (.*)$/.exec(line))
      .find((found) => found?.[2]?.startsWith(expected)) ?? []
  const context = { registers: { rip: base + BigInt(`0x${address}`), rsp: 0x7fff_0000n } }
  const isWindows = os === 'windows'
  return synthDump({
    systemInfo: { os: isWindows ? 'Windows NT' : 'Mac OS X' },
    modules: [
      {
        baseAddress: base,
        size: 0x100_0000,
        name: isWindows ? `C:\\app\\${debugFile.replace('.pdb', '.exe')}` : `/Applications/${debugFile}`,
        pdb: { guid: debugId.slice(0, 32), age: Number.parseInt(debugId.slice(32), 16), fileName: debugFile },
      },
    ],
    threads: [{ id: 7, stack: stack(0x7fff_0000n, [0n, 0n]), context }],
    exception: { threadId: 7, code: isWindows ? 0xc000_0005 : 1, flags: isWindows ? 0 : 1, address: 0n, context },
  })
}

/** Compiled here, stripped as it would be shipped, and run into its death under the real Crashpad. */
async function elfProgram(): Promise<Program> {
  const built = join(folder, 'elf')
  mkdirSync(built)
  const shop = await compile('shop.cc', join(built, 'shop'), ['-g', '-O0'])
  await run('objcopy', ['--only-keep-debug', shop, join(built, 'shop.debug')])
  await run('objcopy', ['--strip-all', `--add-gnu-debuglink=${join(built, 'shop.debug')}`, shop])
  const database = join(folder, 'elf-database')
  mkdirSync(database)
  await run(shop, [crashpadHandler, `--database=${database}`]).catch(() => undefined)
  const [dump = ''] = readdirSync(join(database, 'pending')).filter((name) => name.endsWith('.dmp'))
  return program('elf', ['shop'], 'shop::Cart::Total', readFileSync(join(database, 'pending', dump)))
}

/** Compiled here by clang for Windows, with its PDB. */
function peProgram(): Promise<Program> {
  const built = join(folder, 'pe')
  mkdirSync(built)
  const options = { cwd: built, stdio: 'pipe' } as const
  const flags = ['-g', '-gcodeview', '-O0', '-fno-exceptions', '-funwind-tables', '-fno-rtti', '-ffreestanding']
  execFileSync(
    'clang++',
    ['--target=x86_64-pc-windows-msvc', ...flags, '-c', join(root, 'test/programs/pier.cc'), '-o', '../pier.obj'],
    options,
  )
  execFileSync('lld-link', ['/debug', '/entry:entry', '/subsystem:console', '/nodefaultlib', '/out:pier.exe', '../pier.obj'], options)
  return program('pe', ['pier.exe', 'pier.pdb'], 'room(int)')
}

beforeAll(async () => {
  await installClients()
  folder = temporaryFolder(undo, 'round-trips')
  server = await startServer({ dataDir: join(folder, 'data') })
  undo(() => server.stop())
  if (existsSync(crashpadHandler)) programs.push(await elfProgram())
  if (has('clang++') && has('lld-link')) programs.push(await peProgram())
  if (!existsSync(fixtures)) return
  cpSync(join(fixtures, 'macos'), join(folder, 'macho'), {
    recursive: true,
    filter: (path) => !path.endsWith('.sym') && !path.endsWith('invalid'),
  })
  programs.push(await program('macho', ['crash', 'crash.dSYM'], 'google_breakpad::CrashGenerationClient::RequestDumpForException'))
  mkdirSync(join(folder, 'pdb'))
  for (const half of ['exe', 'pdb'])
    cpSync(join(fixtures, `windows/CrashWithException.${half}`), join(folder, `pdb/CrashWithException.${half}`))
  programs.push(await program('pdb', ['CrashWithException.exe', 'CrashWithException.pdb'], 'crashing_function'))
}, installTimeoutMs)

interface Uploader {
  readonly name: string
  upload(program: Program, project: string, token: string): Promise<void>
}

const jsonHeader = { 'content-type': 'application/json' }

function formOf(
  fields: Readonly<Record<string, string>>,
  fileField: string,
  fileName: string,
  bytes: Uint8Array,
): { headers: Record<string, string>; body: Buffer } {
  const boundary = 'crashkeep-round-trip'
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  )
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${fileField}"; filename="${fileName}"\r\nContent-Type: application/octet-stream\r\n\r\n`
  const body = Buffer.concat([...parts, Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)])
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body }
}

/** The function of the crashing frame, or null. */
function crashedIn(report: ReportDetail): string | null {
  const processed = report.processed as { crashing_thread?: { frames: { function: string | null }[] } } | null
  return processed?.crashing_thread?.frames[0]?.function ?? null
}

const uploaders: readonly Uploader[] = [
  {
    name: 'crashkeep symbols upload',
    async upload(built, project, token) {
      const ended = await crashkeep(['symbols', 'upload', built.folder, '--server', server.url, '--token', token, '--project', project])
      expect(ended, ended.stderr).toMatchObject({ status: 0 })
    },
  },
  {
    name: "Breakpad's sym_upload, version 1",
    async upload({ symbolFile, debugFile, debugId }, project, token) {
      const fields = { code_file: debugFile, cpu: 'x86_64', debug_file: debugFile, debug_identifier: debugId, os: 'any', version: '1' }
      const sent = formOf(fields, 'symbol_file', basename(symbolFile), readFileSync(symbolFile))
      const answer = await exchange(`${server.url}/sym-upload/${project}?key=${token}`, { method: 'POST', ...sent })
      expect(answer.status, answer.text).toBe(200)
    },
  },
  {
    name: "Breakpad's sym_upload, version 2",
    async upload({ symbolFile, debugFile, debugId }, project, token) {
      const api = `${server.url}/sym-upload/${project}/v1`
      const created = (await exchange(`${api}/uploads:create?key=${token}`, { method: 'POST', body: Buffer.alloc(0) })).text
      const [, url = ''] = /"uploadUrl": "([^"]+)"/.exec(created) ?? []
      const [, key = ''] = /"uploadKey": "([^"]+)"/.exec(created) ?? []
      expect((await exchange(url, { method: 'PUT', body: readFileSync(symbolFile) })).status).toBe(200)
      const body = Buffer.from(`{ symbol_id: {debug_file: "${debugFile}", debug_id: "${debugId}" }, symbol_upload_type: "BREAKPAD" }`)
      expect((await exchange(`${api}/uploads/${key}:complete?key=${token}`, { method: 'POST', body })).text).toContain('"result": "OK"')
    },
  },
  {
    name: "Tecken's clients",
    async upload({ symbolFile, debugFile, debugId }, _project, token) {
      const path = `${debugFile}/${debugId}/${debugFile.replace(/\.pdb$/, '')}.sym`
      const { headers, body } = formOf({}, 'symbols.zip', 'symbols.zip', zipOf({ [path]: readFileSync(symbolFile) }))
      const answer = await exchange(`${server.url}/upload/`, { method: 'POST', headers: { ...headers, 'auth-token': token }, body })
      expect(answer.status, answer.text).toBe(201)
    },
  },
  ...(process.platform === 'linux' && process.arch === 'x64'
    ? [
        {
          name: 'sentry-cli',
          async upload(built: Program, project: string, token: string) {
            const env = {
              SENTRY_URL: server.url,
              SENTRY_AUTH_TOKEN: token,
              SENTRY_ORG: 'any',
              SENTRY_PROJECT: project,
              SENTRY_DISABLE_UPDATE_CHECK: '1',
            }
            const ended = await runForeign(
              clientFile('@sentry/cli-linux-x64/bin/sentry-cli'),
              ['debug-files', 'upload', '--wait', '.'],
              built.folder,
              env,
            )
            expect(ended, ended.output).toMatchObject({ code: 0 })
          },
        },
      ]
    : []),
  {
    name: "BugSplat's symbol-upload",
    async upload(built, project, token) {
      const tool = clientFile('@bugsplat/symbol-upload/dist/bin/index.js')
      const rights = ['-b', project, '-a', 'app', '-v', '1.0.0', '-i', 'any', '-s', token]
      // A dSYM is a folder, which it leaves to its own service to make symbols of.
      const files = built.name === 'macho' ? 'macho.sym' : `${built.name}/{shop,shop.debug,*.exe,*.pdb}`
      const ended = await runForeign(process.execPath, [tool, ...rights, '-d', '.', '-f', files], folder, {
        BUGSPLAT_HOST: server.url,
      })
      expect(ended, ended.output).toMatchObject({ code: 0 })
    },
  },
]

describe.each(uploaders.map((uploader, index) => ({ ...uploader, project: `project-${index}` })))('$name', ({ upload, project }) => {
  test('brings the names of programs of all formats into their reports', async () => {
    const created = await server.ask('/api/v1/projects', {
      method: 'POST',
      headers: jsonHeader,
      body: Buffer.from(JSON.stringify({ slug: project })),
    })
    const [key] = (JSON.parse(created.text) as ProjectDetail).keys
    const rights = Buffer.from(JSON.stringify({ name: 'ci', scopes: ['upload-symbols'], projects: [project] }))
    const made = await server.ask('/api/v1/tokens', { method: 'POST', headers: jsonHeader, body: rights })
    const { secret } = JSON.parse(made.text) as TokenCreated

    const lacking = await Promise.all(
      programs.map(async ({ dump }) => {
        const id = await acknowledged(sendForm(key?.ingestUrl ?? '', { dump }))
        const report = await server.finishedReport(id, patienceMs)
        expect(report, JSON.stringify(report.problems)).toMatchObject({ state: 'processed' })
        expect(crashedIn(report)).toBe(null)
        return report
      }),
    )
    for (const built of programs) await upload(built, project, secret)
    const named = await Promise.all(
      lacking.map(async ({ id }, index) => {
        let last: ReportDetail | undefined
        const what = () =>
          `${programs[index]?.name} ${id} to have names: ${last?.state} ${last && crashedIn(last)} ${JSON.stringify(last?.problems)}`
        return until(what, patienceMs, async () => {
          last = await server.report(id)
          // Of a program and its PDB that come one after the other, the first names less.
          return last !== undefined && crashedIn(last)?.includes(programs[index]?.expected ?? '') === true ? last : undefined
        })
      }),
    )
    expect(named.map(crashedIn)).toEqual(programs.map(({ expected }) => expect.stringContaining(expected)))
    expect(programs.length).toBeGreaterThan(0)
  })
})
