/** The middleware in an Express that npm brought, unmodified. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { reportingMiddleware } from '../../packages/browser/src/server/index.ts'
import { undoAfterAll } from '../harness/cleanup.ts'
import { exchange } from '../harness/http.ts'
import { installClients, loadClient } from '../harness/peer-clients.ts'

interface Express {
  use(handler: unknown): void
  get(path: string, handler: (request: unknown, response: { send(text: string): void }) => void): void
}

const installTimeoutMs = 300_000

describe('Express', () => {
  const undo = undoAfterAll()
  let url = ''

  beforeAll(async () => {
    await installClients()
    // What Express documents.
    const app = (loadClient('express') as () => Express)()
    app.use(reportingMiddleware({ crashes: 'https://crash.example/i/0123456789abcdef0123456789abcdef' }))
    app.get('/', (_, response) => response.send('<!doctype html>'))
    const server = createServer(app as unknown as RequestListener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    undo(() => server.close().closeAllConnections())
    // Listening on a port, so the address is not a path.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }, installTimeoutMs)

  test('sends the headers with its pages and not with what pages fetch', async () => {
    const page = await exchange(url, { headers: { 'sec-fetch-dest': 'document' } })
    expect(page.headers).toMatchObject({
      'reporting-endpoints': expect.stringContaining('crash-reporting="https://crash.example/i/'),
      'document-policy': expect.stringContaining('include-js-call-stacks-in-crash-reports'),
    })
    const image = await exchange(url, { headers: { 'sec-fetch-dest': 'image' } })
    expect([image.status, image.headers['reporting-endpoints']]).toEqual([200, undefined])
  })
})
