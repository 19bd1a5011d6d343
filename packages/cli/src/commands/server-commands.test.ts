import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminToken, crashkeep, type RunningServer, startServer, temporaryFolder } from '../../testing/command.ts'
import { debugId, writeDump, writeSymbols } from '../../testing/sample-crash.ts'

const folder = temporaryFolder()
const dump = writeDump(join(folder.path, 'app.dmp'))
const symbols = join(folder.path, 'symbols')
const processingTimeoutMs = 60_000
let server: RunningServer

beforeAll(async () => {
  server = await startServer(join(folder.path, 'data'))
})
afterAll(async () => {
  await server.stop('SIGTERM')
  folder.remove()
})

const run = (...args: string[]) => crashkeep([...args, ...server.connection])

interface ReportShown {
  readonly state: string
  readonly signature: string | null
  readonly fields: Record<string, string>
  readonly attachments: { readonly name: string; readonly size: number }[]
}

/** The report once `wanted` is true of it. */
async function report(id: string, wanted: (report: ReportShown) => boolean): Promise<ReportShown> {
  const end = performance.now() + processingTimeoutMs
  for (;;) {
    const answer = await fetch(`${server.url}/api/v1/reports/${id}`, { headers: { authorization: `Bearer ${adminToken(server)}` } })
    const shown = (await answer.json()) as ReportShown // The server's own API, held to its schema by the server's tests.
    if (wanted(shown) || performance.now() > end) return shown
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('commands that talk to a server', () => {
  test('send delivers dump, fields and attachments, plain or gzipped, and prints the id', async () => {
    const log = join(folder.path, 'app.log')
    writeFileSync(log, 'the last line\n')
    for (const more of [[], ['--gzip']]) {
      const fields = ['--field', 'prod=Shop', '--field', 'ver=1=2']
      const sent = await crashkeep(['send', server.ingestUrl, dump, ...fields, '--attach', log, ...more])
      expect(sent).toMatchObject({ status: 0, stderr: '' })
      const shown = await report(sent.stdout.trim(), ({ state }) => state === 'processed')
      expect(shown).toMatchObject({ state: 'processed', signature: 'app+0x1234', fields: { prod: 'Shop', ver: '1=2' } })
      expect(shown.attachments).toContainEqual(expect.objectContaining({ name: 'app.log', size: 14 }))
    }
  })

  test('send tells the answer of the server when it refuses', async () => {
    const refused = await crashkeep(['send', `${server.url}/i/${'0'.repeat(32)}`, dump])
    expect(refused).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/status 404: unknown_key/) })
  })

  test('symbols list names what is missing; upload stores it and has the reports processed again', async () => {
    const sent = await crashkeep(['send', server.ingestUrl, dump])
    const id = sent.stdout.trim()
    await report(id, ({ state }) => state === 'processed')
    const missing = await run('symbols', 'list', '--missing')
    expect(missing.stdout).toMatch(
      new RegExp(`^STATE +REPORTS +INSTALLATIONS +MODULE +DEBUG ID\\nmissing +\\d+ +\\S+ +app +${debugId}$`, 'm'),
    )

    writeSymbols(symbols)
    const uploaded = await run('symbols', 'upload', symbols)
    expect(uploaded.status).toBe(0)
    expect(uploaded.stdout).toMatch(new RegExp(`app\\.sym: stored, app/${debugId}; \\d+ reports? (is|are) processed again`))
    expect(await report(id, ({ signature }) => signature === 'Widget::draw')).toMatchObject({ signature: 'Widget::draw' })
    expect((await run('symbols', 'list', '--missing', '--json')).stdout.trim()).toBe('[]')
    const again = await run('symbols', 'upload', '--json', symbols)
    expect(JSON.parse(again.stdout)).toMatchObject([{ outcome: 'present', reprocessing: 0 }])
  })

  test('symbols upload stores what is right, names what is not, and ends with status 1', async () => {
    const wrong = join(folder.path, 'wrong.sym')
    writeFileSync(wrong, 'no symbols')
    const ended = await run('symbols', 'upload', wrong, writeSymbols(symbols))
    expect(ended.status).toBe(1)
    expect(ended.stderr).toMatch(/wrong\.sym: it is neither.*\n.*1 of 2 files were not stored/)
    expect(ended.stdout).toContain('app.sym: ')
  })

  test('project creates, lists, and adds and revokes keys', async () => {
    const created = await run('project', 'create', 'game', '--name', 'The Game')
    expect(created.stdout).toMatch(/^2 +game +The Game +0 +http:\/\/127\.0\.0\.1:\d+\/i\/[0-9a-f]{32}$/m)
    const added = await run('project', 'key', 'add', 'game', '--label', 'beta')
    const address = added.stdout.trim()
    expect((await crashkeep(['send', address, dump])).status).toBe(0)
    expect(await run('project', 'key', 'revoke', 'game', address.split('/i/')[1] ?? '')).toMatchObject({ status: 0, stdout: 'revoked\n' })
    expect((await crashkeep(['send', address, dump])).stderr).toContain('unknown_key')
    const listed = JSON.parse((await run('project', 'list', '--json')).stdout)
    expect(listed).toContainEqual(expect.objectContaining({ slug: 'game', name: 'The Game' }))
    expect(await run('project', 'create', 'game')).toMatchObject({ status: 1, stderr: expect.stringContaining('409') })
  })

  test('token creates one that may do what it says and no more, until it is revoked', async () => {
    const created = await run('token', 'create', 'ci', '--scope', 'read', '--project', 'default', '--expires', '2100-01-01')
    const secret = created.stdout.trim()
    const asCi = (...args: string[]) => crashkeep([...args, '--server', server.url, '--token', secret])
    expect((await asCi('symbols', 'list')).status).toBe(0)
    expect(await asCi('symbols', 'upload', writeSymbols(symbols))).toMatchObject({ status: 1, stderr: expect.stringContaining('403') })
    const [one] = JSON.parse((await run('token', 'list', '--json')).stdout).filter(({ name }: { name: string }) => name === 'ci')
    expect(one).toMatchObject({ scopes: ['read'], projects: ['default'] })
    expect(await run('token', 'revoke', one.id)).toMatchObject({ status: 0, stdout: 'revoked\n' })
    expect(await asCi('symbols', 'list')).toMatchObject({ status: 1, stderr: expect.stringContaining('401') })
  })
})
