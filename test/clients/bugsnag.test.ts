/** Bugsnag's own clients, unmodified, with nothing changed but its addresses. */
import { join } from 'node:path'
import type { ProcessedBrowserCrash, Sessions } from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { installClients, runClient } from '../harness/peer-clients.ts'
import { startServer, type TestedServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'

const processingTimeoutMs = 60_000

describe.for([
  ['@bugsnag/node 9', '@bugsnag/node', ['one more']],
  // It has no breadcrumbs on Node.js yet.
  ['@bugsnag/node 7', 'bugsnag-node-7', []],
] as const)('%s', ([, client, breadcrumbs]) => {
  const undo = undoAfterAll()
  let server: TestedServer
  let key: string

  beforeAll(async () => {
    await installClients()
    server = await startServer({ dataDir: join(temporaryFolder(undo, 'bugsnag'), 'data') })
    undo(() => server.stop())
    key = server.ingestUrl.split('/').at(-1) ?? ''
  })

  async function reportIds(): Promise<string[]> {
    const { items } = JSON.parse((await server.ask('/api/v1/reports?project=default')).text) as { items: { id: string }[] }
    return items.map(({ id }) => id)
  }

  test.for(['/', '/notify'])('sends an error with its stack, metadata and user to %s', async (path) => {
    const before = await reportIds()
    expect(await runClient('bugsnag', { CLIENT: client, KEY: key, SERVER: server.url, NOTIFY_PATH: path })).toEqual({ failure: null })
    const id = await until('the report', processingTimeoutMs, async () => (await reportIds()).find((each) => !before.includes(each)))
    const report = await server.finishedReport(id, processingTimeoutMs)
    expect(report).toMatchObject({ kind: 'javascript', dialect: 'bugsnag', state: 'processed', version: '2.0.0' })
    expect(report.signature).toBe('TypeError | total (bugsnag.cjs)')
    expect(report.fields).toMatchObject({ 'user.id': '42', 'basket.apples': '3', severity: 'warning' })
    const crash = report.processed as ProcessedBrowserCrash
    expect(crash.stack[0]).toMatchObject({ function: 'total' })
    const names = crash.neighbours.map(({ body }) => (body as { name?: string }).name)
    expect(names).toEqual(expect.arrayContaining([...breadcrumbs]))
  })

  test('is told of a wrong key', async () => {
    const said = await runClient('bugsnag', { CLIENT: client, KEY: 'f'.repeat(32), SERVER: server.url, NOTIFY_PATH: '/notify' })
    expect(said).toMatchObject({ failure: expect.stringContaining('401') })
  })

  // It takes ten seconds: once is enough.
  if (client !== '@bugsnag/node') return
  test('has its sessions counted', async () => {
    await runClient('bugsnag', { CLIENT: client, KEY: key, SERVER: server.url, NOTIFY_PATH: '/notify', SESSIONS: 'yes' })
    await until('the session', processingTimeoutMs, async () => {
      const { total } = JSON.parse((await server.ask('/api/v1/sessions?project=default')).text) as Sessions
      return total.started > 0 || undefined
    })
    expect(server.output).not.toMatch(/"level":(50|60)/)
  })
})
