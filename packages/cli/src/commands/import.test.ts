import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { synthDump } from '@crashkeep/minidump/synth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminToken, crashkeep, type RunningServer, startServer, temporaryFolder } from '../../testing/command.ts'

const folder = temporaryFolder()
let server: RunningServer
beforeAll(async () => {
  server = await startServer(join(folder.path, 'data'), ['--role', 'all'])
})
afterAll(async () => {
  await server.stop('SIGTERM')
  folder.remove()
})

interface Counts {
  readonly layout: string
  readonly imported: number
  readonly present: number
  readonly erased: number
  readonly refused: number
  readonly skipped: number
  readonly left: { readonly path: string; readonly why: string }[]
}
interface Shown {
  readonly id: string
  readonly dialect: string
  readonly crashedAt: string | null
  readonly fields: Record<string, string>
  readonly aliases: string[]
  readonly attachments: { readonly name: string; readonly size: number }[]
}

async function importAll(path: string): Promise<Counts & { status: number | null }> {
  const { status, stdout } = await crashkeep(['import', path, '--json', ...server.connection])
  return { status, ...(JSON.parse(stdout) as Counts) } // Printed by the command under test.
}

async function report(id: string): Promise<Shown> {
  const answer = await fetch(`${server.url}/api/v1/reports/${id}`, { headers: { authorization: `Bearer ${adminToken(server)}` } })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Shown // The server's own API, held to its schema by the server's tests.
}

const uuid = (number: number) => `6a1f0f5e-1b2c-4d3e-8f90-${String(number).padStart(12, '0')}`
const dumpOf = (number: number) =>
  synthDump({
    threads: [{ id: 1 }],
    timestamp: 1_700_000_000 + number,
    crashpad: {
      reportId: uuid(number),
      clientId: uuid(999),
      annotations: new Map([
        ['prod', 'Electron'],
        ['_version', `1.${number}`],
      ]),
    },
  })

function write(path: string, bytes: Uint8Array | string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, bytes)
}

function meta(seconds: number): Buffer {
  const bytes = Buffer.alloc(32)
  bytes.writeInt32LE(1, 0)
  bytes.writeBigInt64LE(BigInt(seconds), 16)
  return Buffer.concat([bytes, Buffer.from('the id of another server')])
}

describe('import', () => {
  test("sends Crashpad's database of Linux once, with annotations and attachments", async () => {
    const database = join(folder.path, 'linux')
    for (const [number, state] of [
      [1, 'completed'],
      [2, 'pending'],
    ] as const) {
      write(join(database, state, `${uuid(number)}.dmp`), dumpOf(number))
      write(join(database, state, `${uuid(number)}.meta`), meta(1_700_000_000))
    }
    write(join(database, 'new', `${uuid(3)}.dmp`), 'half a dump')
    write(join(database, 'completed', `${uuid(4)}.dmp`), 'no dump')
    write(join(database, 'attachments', uuid(1), 'log.txt'), 'the last line')
    const first = await importAll(database)
    expect(first).toMatchObject({ status: 1, layout: "Crashpad's database", imported: 2, present: 0, skipped: 1 })
    expect(first.left[0]?.path).toBe(join(database, 'completed', `${uuid(4)}.dmp`))
    expect(await importAll(database)).toMatchObject({ imported: 0, present: 2, skipped: 1 })
    const shown = await report(`crashpad:${uuid(1)}`)
    expect(shown).toMatchObject({ dialect: 'import', fields: { prod: 'Electron', _version: '1.1', guid: uuid(999) } })
    expect(shown.attachments.map(({ name, size }) => [name, size])).toEqual([
      ['upload_file_minidump', dumpOf(1).length],
      ['log.txt', 13],
    ])
  })

  test("sends Crashpad's databases of macOS and Windows", async () => {
    const mac = join(folder.path, 'mac')
    write(join(mac, 'completed', `${uuid(11)}.dmp`), dumpOf(11))
    expect(await importAll(mac)).toMatchObject({ status: 0, imported: 1 })

    const windows = join(folder.path, 'windows')
    write(join(windows, 'reports', `${uuid(12)}.dmp`), dumpOf(12))
    const metadata = Buffer.alloc(16 + 56)
    metadata.writeUInt32LE(0x43504144, 0)
    metadata.writeUInt32LE(1, 4)
    metadata.writeUInt32LE(1, 8)
    write(join(windows, 'metadata'), metadata)
    expect(await importAll(windows)).toMatchObject({ status: 0, imported: 1 })
    // A copy of a database elsewhere holds the same reports.
    cpSync(windows, join(folder.path, 'copy'), { recursive: true })
    expect(await importAll(join(folder.path, 'copy'))).toMatchObject({ imported: 0, present: 1 })
  })

  test('sends dumps of Breakpad, those in a form too', async () => {
    const breakpad = join(folder.path, 'breakpad')
    write(join(breakpad, 'a.dmp'), synthDump({ threads: [{ id: 1 }] }))
    write(join(breakpad, 'a.txt'), 'prod:Electron\r\nver:5.0.0\r\n')
    write(join(breakpad, 'client_id'), `${uuid(998)}\n`)
    const delimiter = '----------------------------0123456789abcdef'
    const form = [
      `${delimiter}\r\nContent-Disposition: form-data; name="prod"\r\n\r\nWrapped\r\n`,
      `${delimiter}\r\nContent-Disposition: form-data; name="upload_file_minidump"; filename="dump"\r\nContent-Type: application/octet-stream\r\n\r\n`,
      synthDump({ threads: [{ id: 2 }] }),
      `\r\n${delimiter}--\r\n`,
    ]
    write(join(breakpad, 'b.dmp'), Buffer.concat(form.map((part) => Buffer.from(part))))
    expect(await importAll(breakpad)).toMatchObject({ status: 0, layout: 'a folder of dumps', imported: 2 })
    expect(await importAll(breakpad)).toMatchObject({ imported: 0, present: 2 })
    const { createHash } = await import('node:crypto')
    const sourceOf = (name: string) =>
      `sha256:${createHash('sha256')
        .update(readFileSync(join(breakpad, name)))
        .digest('hex')}`
    expect((await report(sourceOf('a.dmp'))).fields).toEqual({ prod: 'Electron', ver: '5.0.0', guid: uuid(998) })
    expect(await report(sourceOf('b.dmp'))).toMatchObject({ fields: { prod: 'Wrapped' }, attachments: [{ name: 'upload_file_minidump' }] })
  })

  test('sends the pool of a mini-breakpad-server', async () => {
    const pool = join(folder.path, 'mini/pool')
    const record = (id: string, val: unknown) => `${JSON.stringify({ key: id, val })}\n`
    const value = (id: string) => ({
      id,
      time: '2017-05-06T07:08:09.000Z',
      path: `/srv/pool/files/minidump/${id}`,
      sender: {},
      fields: { prod: 'Old', ver: '1.7.9' },
    })
    const lines =
      record(uuid(21), value(uuid(21))) +
      record(uuid(22), value(uuid(22))) +
      record(uuid(23), value(uuid(23))) +
      record(uuid(23), undefined)
    write(join(pool, 'database/dirty/db'), `${lines}not json\n`)
    write(join(pool, 'files/minidump', uuid(21)), synthDump({ threads: [{ id: 3 }] }))
    const counts = await importAll(join(folder.path, 'mini'))
    expect(counts).toMatchObject({ status: 1, layout: "mini-breakpad-server's pool", imported: 1, skipped: 2 })
    expect(await report(`mini-breakpad:${uuid(21)}`)).toMatchObject({
      fields: { prod: 'Old', ver: '1.7.9' },
      crashedAt: '2017-05-06T07:08:09.000Z',
    })
  })

  test("sends Socorro's file layout, found afterwards by its crash ids", async () => {
    const id = 'de1bb258-cbbf-4589-a673-34f800160918'
    const day = join(folder.path, 'socorro/20160918')
    write(
      join(day, `raw_crash/${id}.json`),
      JSON.stringify({ ProductName: 'Firefox', Version: '50.0', CrashTime: '1474156800', metadata: { x: 1 }, uuid: id, Nested: { a: 1 } }),
    )
    write(join(day, `dump_names/${id}.json`), JSON.stringify(['upload_file_minidump', 'upload_file_minidump_browser']))
    write(join(day, `upload_file_minidump/${id}`), synthDump({ threads: [{ id: 4 }] }))
    write(join(day, `upload_file_minidump_browser/${id}`), synthDump({ threads: [{ id: 5 }] }))
    expect(await importAll(join(folder.path, 'socorro'))).toMatchObject({ status: 0, layout: "Socorro's file layout", imported: 1 })
    const shown = await report(`bp-${id}`)
    expect(shown).toMatchObject({
      fields: { ProductName: 'Firefox', Version: '50.0', Nested: '{"a":1}' },
      crashedAt: '2016-09-18T00:00:00.000Z',
    })
    expect(shown.fields.metadata).toBeUndefined()
    expect(shown.attachments.map(({ name }) => name)).toEqual(['upload_file_minidump', 'upload_file_minidump_browser'])
    expect((await report(id)).id).toBe(shown.id)
  })

  test('leaves erased what was erased', async () => {
    const breakpad = join(folder.path, 'erased')
    write(join(breakpad, 'x.dmp'), synthDump({ threads: [{ id: 6 }] }))
    await importAll(breakpad)
    const { createHash } = await import('node:crypto')
    const { id } = await report(
      `sha256:${createHash('sha256')
        .update(readFileSync(join(breakpad, 'x.dmp')))
        .digest('hex')}`,
    )
    const erased = await fetch(`${server.url}/api/v1/reports/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${adminToken(server)}` },
    })
    expect(erased.ok).toBe(true)
    expect(await importAll(breakpad)).toMatchObject({ imported: 0, erased: 1 })
  })

  test('says what is wrong with a folder that holds nothing, and with none', async () => {
    const empty = join(folder.path, 'empty')
    mkdirSync(empty)
    const nothing = await crashkeep(['import', empty, ...server.connection])
    expect(nothing).toMatchObject({ status: 1, stderr: expect.stringContaining('holds no reports') })
    rmSync(empty, { recursive: true })
    expect(await crashkeep(['import', empty, ...server.connection])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('does not exist'),
    })
  })
})

describe('project set', () => {
  test('changes what the options name, and shows it', async () => {
    const run = (...args: string[]) => crashkeep(['project', ...args, ...server.connection])
    const rules = join(folder.path, 'rules.json')
    writeFileSync(rules, JSON.stringify([{ name: 'nightly', field: 'channel', operator: 'equals', value: 'nightly', keepPercent: 10 }]))
    const set = await run(
      'set',
      'default',
      '--daily-quota',
      '5000',
      '--drop-field',
      'email',
      'user*',
      '--strip-urls',
      '--rules',
      rules,
      '--json',
    )
    expect(JSON.parse(set.stdout)).toMatchObject({
      settings: {
        dailyQuota: 5000,
        privacy: { dropFields: ['email', 'user*'], stripUrls: true },
        rules: [{ name: 'nightly', keepPercent: 10 }],
      },
    })
    const shown = await run('set', 'default', '--daily-quota', 'none', '--drop-field', 'none', '--no-strip-urls')
    expect(shown.stderr).toBe('')
    expect(shown.stdout).toMatch(/^daily quota +none$/m)
    expect(shown.stdout).toMatch(/^rule nightly +channel equals "nightly": keeps 10 %$/m)
    expect((await run('show', 'default')).stdout).toBe(shown.stdout)
    const settings = join(folder.path, 'settings.json')
    writeFileSync(settings, JSON.stringify({ keepDebugFiles: true, privacy: { dropAddress: true } }))
    const given = await run(
      'set',
      'default',
      '--settings',
      settings,
      '--keep-browser-urls',
      '--source-map-origin',
      'https://cdn.example',
      '--json',
    )
    expect(JSON.parse(given.stdout)).toMatchObject({
      settings: { keepDebugFiles: true, sourceMapOrigins: ['https://cdn.example'], privacy: { dropAddress: true, keepBrowserUrls: true } },
    })
    expect(await run('set', 'default')).toMatchObject({ status: 2, stderr: expect.stringContaining('Nothing to set') })
    expect(await run('set', 'default', '--daily-quota', 'many')).toMatchObject({ status: 2 })
    expect(await run('set', 'default', '--allow-origin', 'shop')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('status 400'),
    })
  })
})
