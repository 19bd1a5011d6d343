/** Sentry's own clients, unmodified, with nothing changed but its DSN. */
import { join } from 'node:path'
import type { ProcessedBrowserCrash, Sessions } from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { installClients, runClient } from '../harness/peer-clients.ts'
import { startServer, type TestedServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'

const processingTimeoutMs = 60_000

describe.for([
  ['@sentry/node 11', '@sentry/node', ['report', 'event', 'shop.log', 'user-report']],
  ['@sentry/node 7', 'sentry-node-7', ['report', 'event', 'shop.log']],
] as const)('%s', ([, client, files]) => {
  const undo = undoAfterAll()
  let server: TestedServer
  let eventId: string

  beforeAll(async () => {
    await installClients()
    server = await startServer({ dataDir: join(temporaryFolder(undo, 'sentry'), 'data') })
    undo(() => server.stop())
    const key = server.ingestUrl.split('/').at(-1)
    const said = await runClient('sentry', { CLIENT: client, DSN: `${server.url.replace('://', `://${key}@`)}/1` })
    eventId = (said as { id: string }).id
  })

  test('sends an error with its stack, cause, breadcrumbs, user and tags', async () => {
    const report = await server.finishedReport(eventId, processingTimeoutMs)
    expect(report).toMatchObject({ kind: 'javascript', dialect: 'sentry', state: 'processed', product: 'shop', version: '2.0.0' })
    expect(report.signature).toBe('TypeError | total (sentry.cjs)')
    expect(report.fields).toMatchObject({
      environment: 'test',
      phase: 'checkout',
      'user.id': '42',
      'user.email': 'ann@example.com',
      'extra.basket': '{"apples":3}',
    })
    // The shape is the server's own schema for reports of this kind.
    const crash = report.processed as ProcessedBrowserCrash
    expect(crash.stack[0]).toMatchObject({ function: 'total' })
    const [cause] = crash.extra.causes as { reason: string; stack: ProcessedBrowserCrash['stack'] }[]
    expect([cause?.reason, cause?.stack[0]?.function]).toEqual(['RangeError: price below zero', 'readPrice'])
    expect(crash.neighbours).toContainEqual(expect.objectContaining({ type: 'cart' }))
  })

  test('sends files with it, and what the user says about it', async () => {
    const report = await until('its files', processingTimeoutMs, async () => {
      const found = await server.report(eventId)
      return (found?.attachments.length ?? 0) >= files.length ? found : undefined
    })
    expect(report?.attachments.map(({ name }) => name)).toEqual(files)
    const log = await server.ask(`/api/v1/reports/${eventId}/attachments/shop.log`)
    expect(log.text).toBe('a line of the log')
    if (files.length < 4) return
    const feedback = await server.ask(`/api/v1/reports/${eventId}/attachments/user-report`)
    expect(feedback.text).toContain('it broke')
  })

  test('has its sessions counted and its messages kept', async () => {
    const messages = await until('the message', processingTimeoutMs, async () => {
      const answer = JSON.parse((await server.ask('/api/v1/reports?project=default')).text) as { items: { reason: string | null }[] }
      return answer.items.some(({ reason }) => reason === 'only words') ? answer.items : undefined
    })
    expect(messages).toHaveLength(2)
    const sessions = await until('the session', processingTimeoutMs, async () => {
      const { total } = JSON.parse((await server.ask('/api/v1/sessions?project=default')).text) as Sessions
      return total.started > 0 ? total : undefined
    })
    expect(sessions.crashFree).toBeLessThanOrEqual(1)
    expect(server.output).not.toMatch(/"level":(50|60)/)
  })
})
