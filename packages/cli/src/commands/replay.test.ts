import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminToken, crashkeep, type RunningServer, startServer, temporaryFolder } from '../../testing/command.ts'
import { type ReplayRow, replay } from '../replay/replay.ts'
import { uploadCases } from '../replay/upload-cases.ts'

/** Reports are acknowledged first and stand in the list a moment later. */
const settlingTimeoutMs = 60_000

/** The rows of one run, as the command prints them for programs. */
function rowsOf(stdout: string): ReplayRow[] {
  return JSON.parse(stdout) as ReplayRow[]
}

describe('crashkeep replay, against Crashkeep', () => {
  const folder = temporaryFolder()
  let server: RunningServer
  let rows: ReplayRow[]
  let status: number | null

  beforeAll(async () => {
    server = await startServer(folder.path, ['--keyless-project', 'default'])
    const ended = await crashkeep(['replay', server.ingestUrl, '--keyless', '--json'])
    status = ended.status
    rows = rowsOf(ended.stdout)
  })
  afterAll(async () => {
    await server?.stop('SIGTERM')
    folder.remove()
  })

  test('finds every row right', () => {
    expect(rows.filter(({ right }) => !right)).toEqual([])
    expect(status).toBe(0)
    expect(rows.length).toBeGreaterThan(60)
  })

  test('gets the documented answer to each of the uploads that small servers lose or die of', () => {
    const answers = rows.filter(({ client }) => client === 'any').map(({ what, status: got, answer }) => [what, got, answer])
    const id = expect.stringMatching(/^[0-9a-f]{36}$/)
    expect(answers).toEqual([
      ['plain, with length', 200, id],
      ['plain, chunked', 200, id],
      ['gzip, with length', 200, id],
      ['gzip, chunked', 200, id],
      ['product, version and guid in the address', 200, id],
      ['boundary in quotes', 200, id],
      ['charset before the boundary', 200, id],
      ['fields without a dump', 200, id],
      ['a dump without fields', 200, id],
      ['no closing boundary', 200, id],
      ['cut off in the dump', 200, id],
      ['an empty dump', 200, id],
      ['garbage for a dump', 200, id],
      ['JSON for a form', 204, ''],
      ['no boundary named', 400, expect.stringMatching(/^no_boundary: /)],
      ['gzip that is none', 400, expect.stringMatching(/^bad_gzip: /)],
      ['an empty body', 400, expect.stringMatching(/^empty_body: /)],
      ['fields as one JSON part', 200, id],
      ['an id that the sender chose', 200, id],
      ['two dumps and a file', 200, id],
      ['names that servers keep for themselves', 200, id],
      ['bytes that are no UTF-8', 200, id],
      ['GET', 405, expect.stringMatching(/^method_not_allowed: /)],
    ])
    expect(uploadCases).toHaveLength(23)
  })

  test('leaves a report for each row that was kept', async () => {
    // Those that add to a report sent it first.
    const expected = rows.filter(({ wants }) => wants === 'kept').length
    const end = Date.now() + settlingTimeoutMs
    let found = await countReports()
    while (found < expected && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      found = await countReports()
    }
    expect(found).toBe(expected)
  })

  async function countReports(): Promise<number> {
    const response = await fetch(`${server.url}/api/v1/reports?project=default&limit=200`, {
      headers: { authorization: `Bearer ${adminToken(server)}` },
    })
    return ((await response.json()) as { items: unknown[] }).items.length
  }
})

describe('crashkeep replay, against others', () => {
  async function against(answer: RequestListener, timeoutMs = 60_000): Promise<ReplayRow[]> {
    const other = createServer(answer)
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    try {
      // Listening on a port, so the address is not a path.
      const { port } = other.address() as AddressInfo
      const rows: ReplayRow[] = []
      const options = { url: `http://127.0.0.1:${port}/upload`, projectNumber: 1, keyless: false, timeoutMs }
      for await (const row of replay(options, uploadCases.slice(0, 4))) rows.push(row)
      return rows
    } finally {
      other.closeAllConnections()
      other.close()
    }
  }

  test('tells of servers that fail, hang up, or never answer', async () => {
    const broken = await against((_, response) => response.writeHead(500).end('\u001b[2Jno'))
    expect(broken.map(({ right, why, answer }) => [right, why, answer])).toEqual(
      Array(4).fill([false, 'the server failed with status 500', '[2Jno']),
    )
    expect((await against((request) => request.socket.destroy())).every(({ right, status }) => !right && status === 0)).toBe(true)
    expect((await against(() => undefined, 300)).map(({ why }) => why)).toEqual(Array(4).fill('no answer within 0.3 s'))
  })

  test('sends only what crash handlers send to an address that is not ours', async () => {
    const rows: ReplayRow[] = []
    const options = { url: 'http://127.0.0.1:1/submit', projectNumber: 1, keyless: true, timeoutMs: 60_000 }
    for await (const row of replay(options)) rows.push(row)
    expect(rows.some(({ client }) => /Sentry,|Chromium/.test(client))).toBe(false)
    expect(rows.every(({ right }) => !right)).toBe(true)
  })

  test('ends with status 1 when a row is wrong, and 2 for no address', async () => {
    const ended = await crashkeep(['replay', 'http://127.0.0.1:1/'])
    expect([ended.status, ended.stdout]).toEqual([1, expect.stringMatching(/WRONG .*\n[\s\S]*\n0 right, \d+ wrong\n$/)])
    expect((await crashkeep(['replay', 'nonsense'])).status).toBe(2)
  })
})
