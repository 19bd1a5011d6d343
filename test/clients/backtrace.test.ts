/** Backtrace's own clients, unmodified, with nothing changed but their address. */
import { join } from 'node:path'
import type { ProcessedBrowserCrash } from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { installClients, runClient } from '../harness/peer-clients.ts'
import { startServer, type TestedServer } from '../harness/server.ts'

const processingTimeoutMs = 60_000

describe('@backtrace/node', () => {
  const undo = undoAfterAll()
  let server: TestedServer
  let folder: string
  let key: string

  beforeAll(async () => {
    await installClients()
    folder = temporaryFolder(undo, 'backtrace')
    server = await startServer({ dataDir: join(folder, 'data') })
    undo(() => server.stop())
    key = server.ingestUrl.split('/').at(-1) ?? ''
  })

  const addresses: [string, () => string][] = [
    ['the submission layer', () => `${server.url}/submit.backtrace.io/universe/${key}/json`],
    ['the path of universe and token', () => `${server.url}/universe/${key}/json`],
    ['the listener', () => `${server.url}/post?format=json&token=${key}`],
    ['an installation of its own', () => `${server.url}/api/post?json&token=${key}`],
  ]
  test.for(addresses)('sends an error with its stack, attributes and files to the address of %s', async ([, url]) => {
    const said = await runClient('backtrace', { URL: url(), METRICS: server.url, LOG: join(folder, 'shop.log') })
    expect(said).toMatchObject({ status: 'Ok' })
    const report = await server.finishedReport((said as { rxid: string }).rxid, processingTimeoutMs)
    expect(report).toMatchObject({ kind: 'javascript', dialect: 'backtrace', state: 'processed', product: 'shop', version: '2.0.0' })
    expect(report.signature).toBe('TypeError | total (backtrace.cjs)')
    expect(report.fields).toMatchObject({ phase: 'checkout' })
    expect((report.processed as ProcessedBrowserCrash).stack[0]).toMatchObject({ function: 'total' })
    expect(report.attachments.map(({ name }) => name)).toEqual(expect.arrayContaining(['report', 'event', 'shop.log']))
  })

  test('has its numbers of use counted', async () => {
    const { text } = await server.ask('/api/v1/rejections?project=default')
    expect(text).toContain('"usage_metrics"')
    expect(server.output).not.toMatch(/"level":(50|60)/)
  })

  test('is told of a wrong token in the way that it understands', async () => {
    const url = `${server.url}/submit.backtrace.io/universe/${'f'.repeat(32)}/json`
    const said = await runClient('backtrace', { URL: url, METRICS: server.url, LOG: join(folder, 'shop.log') })
    expect(said).toMatchObject({ status: 'Invalid token' })
  })

  test('and the one before it, backtrace-node, sends an error with its file', async () => {
    const said = await runClient('backtrace-older', { SERVER: server.url, KEY: key, LOG: join(folder, 'older.log') })
    const report = await server.finishedReport((said as { rxid: string }).rxid, processingTimeoutMs)
    expect(report).toMatchObject({ kind: 'javascript', dialect: 'backtrace', state: 'processed', fields: { phase: 'checkout' } })
    expect(report.signature).toBe('TypeError | total (backtrace-older.cjs)')
    expect(report.attachments.map(({ name }) => name)).toEqual(['report', 'event', 'older.log'])
  })
})
