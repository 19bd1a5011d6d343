import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { zipOf } from '../../../../test/harness/zip.ts'
import { synthMacho, synthUnwindInfo } from '../../../symbols/testing/synth-macho.ts'
import { adminToken, crashkeep, type RunningServer, startServer, temporaryFolder } from '../../testing/command.ts'
import { debugId, symbolText, writeDump, writeSymbols } from '../../testing/sample-crash.ts'

const folder = temporaryFolder()
const dump = writeDump(join(folder.path, 'app.dmp'))
const processingTimeoutMs = 60_000
const text = 0x1_0000_0000
let server: RunningServer

beforeAll(async () => {
  server = await startServer(join(folder.path, 'data'))
})
afterAll(async () => {
  await server.stop('SIGTERM')
  folder.remove()
})

const run = (...args: string[]) => crashkeep(['symbols', ...args, ...server.connection])

/** A program with one function, whose UUID makes it the module of the dump, and its dSYM. */
function writeBuild(name: string, uuid: string): string {
  const build = join(folder.path, name)
  const code = { name: '__text', address: text + 0x1000, bytes: new Uint8Array(0x400), executable: true }
  const unwind = { name: '__unwind_info', address: text + 0x2000, bytes: synthUnwindInfo([[0x1000, 0x0202_0000]], 0x1400) }
  const symbols = [{ name: '__ZN4Draw4drawEi', address: text + 0x1200 }]
  for (const [path, bytes] of [
    ['app', synthMacho({ uuid, sections: [code, unwind] })],
    ['app.dSYM/Contents/Resources/DWARF/app', synthMacho({ uuid, fileType: 10, sections: [{ ...code, absent: true }], symbols })],
    ['app.dSYM/Contents/Info.plist', Buffer.from('<plist/>')],
    ['a.o', synthMacho({ uuid, fileType: 1 })],
    ['dist/main.js.map', Buffer.from('{"version":3,"sources":["main.ts"],"names":[],"mappings":"AAAA"}')],
    ['dist/page.css.map', Buffer.from('{"version":3,"sources":["page.scss"],"names":[],"mappings":"AAAA"}')],
    ['package.json', Buffer.from('{"version":"3.0.0"}')],
  ] as const) {
    mkdirSync(dirname(join(build, path)), { recursive: true })
    writeFileSync(join(build, path), bytes)
  }
  return build
}

async function signatureOf(id: string, wanted: string): Promise<string | null> {
  const end = performance.now() + processingTimeoutMs
  for (;;) {
    const answer = await fetch(`${server.url}/api/v1/reports/${id}`, { headers: { authorization: `Bearer ${adminToken(server)}` } })
    const { signature } = (await answer.json()) as { signature: string | null } // The server's own API, held to its schema by the server's tests.
    if (signature === wanted || performance.now() > end) return signature
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('symbols upload', () => {
  const build = writeBuild('build', debugId.slice(0, 32))

  test('makes symbols of what a folder holds, sends what the server lacks, and says what is covered', async () => {
    const id = (await crashkeep(['send', server.ingestUrl, dump])).stdout.trim()
    expect(await signatureOf(id, 'app+0x1234')).toBe('app+0x1234')
    const ended = await run('upload', build, '--release', '1.0')
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    expect(ended.stdout.trim().split('\n')).toEqual([
      `${build}/app: stored, app/${debugId}; 1 report is processed again`,
      `${build}/dist/main.js.map: stored, dist/main.js of release 1.0`,
      '1 module is covered (0 had been before); 1 report is processed again.',
      'No report of default lacks symbols.',
    ])
    expect(await signatureOf(id, 'Draw::draw')).toBe('Draw::draw')
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('crashkeep-symbols-'))).toEqual([])
  })

  test('sends nothing again, unless it is forced to', async () => {
    expect((await run('upload', build)).stdout).toMatch(/app: present.*\n(.*\n)*1 module is covered \(1 had been before\)\./)
    const listed = JSON.parse((await run('list', '--stored', '--json')).stdout)
    expect(listed).toMatchObject([{ debugFile: 'app', debugId, state: 'present' }])
  })

  test('sends a source map again only when it differs, or for another release', async () => {
    const map = join(build, 'dist/main.js.map')
    const outcome = async (...more: string[]) => JSON.parse((await run('upload', map, '--json', ...more)).stdout)[0]
    const sent = await run('upload', build, '--release', '1.0', '--json')
    expect(JSON.parse(sent.stdout)).toContainEqual(
      expect.objectContaining({ outcome: 'present', script: 'dist/main.js', release: '1.0', reprocessing: 0 }),
    )
    expect(await outcome('--release', '3.0')).toMatchObject({ outcome: 'stored', release: '3.0' })
    expect(await outcome('--release', 'shop@3.0')).toMatchObject({ outcome: 'present' })
    const before = readFileSync(map)
    writeFileSync(map, before.toString().replace('main.ts', 'other.ts'))
    expect(await outcome('--release', '3.0')).toMatchObject({ outcome: 'replaced' })
    writeFileSync(map, before)
  })

  test('sends the half of a module that the server lacks, and a different whole one only when it is forced to', async () => {
    const path = writeSymbols(join(folder.path, 'other'))
    const outcome = async (...more: string[]) => JSON.parse((await run('upload', path, '--json', ...more)).stdout)
    expect(await outcome()).toMatchObject([{ outcome: 'completed' }])
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('42', '43'))
    expect(await outcome()).toMatchObject([{ outcome: 'present' }])
    expect(await outcome('--force')).toMatchObject([{ outcome: 'conflict' }])
    expect((await run('upload', path, '--force')).stdout).toContain(
      `which one counts: crashkeep symbols prefer 'app' ${debugId} --project default`,
    )
  })

  test('goes on where an earlier run was stopped', async () => {
    const second = writeBuild('second', debugId.slice(0, 32).replace('33', '44'))
    writeFileSync(join(build, 'libsecond.dylib'), readFileSync(join(second, 'app')))
    const results = JSON.parse((await run('upload', build, '--json')).stdout)
    const outcomes = results.map(({ file, outcome }: { file: string; outcome: string }) => [file.slice(build.length + 1), outcome])
    expect(Object.fromEntries(outcomes)).toEqual({ app: 'present', 'libsecond.dylib': 'stored', 'dist/main.js.map': 'present' })
  })

  test('works with a token that may upload only, and then knows nothing of reports', async () => {
    const token = (await crashkeep(['token', 'create', 'ci', '--scope', 'upload-symbols', ...server.connection])).stdout.trim()
    const ended = await crashkeep(['symbols', 'upload', join(build, 'app'), '--server', server.url, '--token', token])
    expect(ended).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/app: present.*\n1 module is covered.*\nThe token may not read/),
    })
  })

  test('names modules that reports still lack', async () => {
    const uuid = debugId.slice(0, 32).replace('33', '55')
    const project = await crashkeep(['project', 'create', 'other', ...server.connection])
    const ingest = /(http:\S+)/.exec(project.stdout)?.[1] ?? ''
    const id = (await crashkeep(['send', ingest, dump])).stdout.trim()
    await signatureOf(id, 'app+0x1234')
    const ended = await run('upload', join(writeBuild('third', uuid), 'app'), '--project', 'other')
    expect(ended.stdout).toMatch(new RegExp(`1 module of other's reports still without symbols:\n  app ${debugId}, in 1 report\n$`))
  })

  test('takes the symbol file that lies beside its program', async () => {
    const both = writeBuild('both', debugId.slice(0, 32).replace('33', '77'))
    const made = join(both, 'app.sym')
    await crashkeep(['symbols', 'dump', join(both, 'app'), '-o', made])
    const results = JSON.parse((await run('upload', both, '--json')).stdout)
    expect(results.filter(({ debugFile }: { debugFile?: string }) => debugFile === 'app')).toMatchObject([
      { file: made, outcome: 'stored' },
    ])
  })

  test('sends an archive that is named as it is, and tells of what is in it', async () => {
    const zip = join(folder.path, 'symbols.zip')
    const id = debugId.replace('33', '88')
    writeFileSync(
      zip,
      zipOf({ [`app/${id}/app.sym`]: Buffer.from(symbolText.replaceAll(debugId, id)), 'read.me': Buffer.from('no symbols') }),
    )
    expect(await run('upload', zip)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(`symbols\\.zip: stored, app/${id}\n1 module is covered`),
    })
    writeFileSync(zip, zipOf({ 'read.me': Buffer.from('no symbols') }))
    expect(await run('upload', zip)).toMatchObject({ status: 1, stderr: expect.stringMatching(/symbols\.zip: .*\n.*1 of 1 files/) })
  })

  test('names files that are no good and stores the others', async () => {
    const nameless = join(folder.path, 'nameless')
    writeFileSync(nameless, synthMacho({}))
    const ended = await run('upload', nameless, dump, join(build, 'app'))
    expect(ended).toMatchObject({ status: 1, stdout: expect.stringContaining('app: present') })
    expect(ended.stderr).toMatch(/app\.dmp: it is neither.*\n.*nameless: it has no build id.*\n.*2 of 3 files were not stored/)
  })
})

describe('symbols fetch', () => {
  test('brings a symbol file back', async () => {
    const printed = await run('fetch', 'app', debugId)
    expect(printed).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^MODULE .* app\n(.*\n)*FUNC 1200 100 0 Widget::draw\(int\)\n/),
    })
    const store = join(folder.path, 'fetched')
    const path = join(store, 'app', debugId, 'app.sym')
    expect(await run('fetch', 'app', debugId, '--store', store)).toMatchObject({ status: 0, stdout: `${path}\n` })
    expect(readFileSync(path, 'utf8')).toBe(printed.stdout)
  })

  test('says when there is none, and when no module can be meant', async () => {
    expect(await run('fetch', 'app', debugId.replace('33', '66'))).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('404'),
    })
    expect(await run('fetch', '..', debugId)).toMatchObject({ status: 2, stdout: '' })
  })
})
