import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from '../testing/test-server.ts'
import { dialectRoutes } from './dialect/routes.ts'
import { uploadRoutes } from './symbols-in/routes.ts'

/** Every route of every dialect, of every upload of symbols, of the API and of the pages in one table, and the proof that none hides another. */

let server: TestServer
beforeAll(async () => {
  server = await testServer({ keyless: 'default' })
})
afterAll(() => server.close())

const pages = ['/', '/login', '/open', '/p', '/p/*']
const plain = ['/health', '/ready', '/metrics', '/__lbheartbeat__', '/__heartbeat__', '/__version__', '/api/v1/openapi.json']

async function table(): Promise<{ method: string; url: string }[]> {
  const document = (await server.ask({ url: '/api/v1/openapi.json' })).json<{ paths: Record<string, Record<string, unknown>> }>()
  const api = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), url: path.replace(/\{(\w+)\}/g, ':$1') })),
  )
  return [...api, ...dialectRoutes, ...uploadRoutes, ...[...pages, ...plain].map((url) => ({ method: 'GET', url }))].map(
    ({ method, url }) => ({
      method,
      url,
    }),
  )
}

test('each address of the table is answered by its own route', async () => {
  const all = await table()
  expect(new Set(all.map(({ method, url }) => `${method} ${url}`)).size).toBe(all.length)
  for (const { method, url } of all) {
    // A parameter with a pattern is Backtrace's token.
    const address = url
      .replace(/:\w+\([^)]*\)/g, 'a'.repeat(64))
      .replace(/:\w+/g, 'x')
      .replace('*', 'a/b/c')
    const counted = await answersOf(url)
    await server.ask({ method: method as 'GET', url: address }, null)
    expect(await answersOf(url), `${method} ${address} reaches ${url}`).toBe(counted + 1)
  }
})

/** How often a route has answered, as the metrics tell, where `/metrics` itself counts after it answered. */
async function answersOf(url: string): Promise<number> {
  const { histogram } = await readHistogram()
  return histogram.filter(({ labels }) => labels.route === url).reduce((sum, { value }) => sum + value, 0)
}

async function readHistogram() {
  const values = (await server.metrics.registry.getSingleMetric('crashkeep_http_seconds')?.get())?.values ?? []
  return { histogram: values.filter((value) => 'metricName' in value && value.metricName === 'crashkeep_http_seconds_count') }
}
