import { describe, expect, test } from 'vitest'
import { Agent, type AgentOptions } from './agent.ts'
import type { Fetch } from './delivery.ts'

const page = 'https://shop.example/cart?step=2#top'
const second = 1000

interface Exchange {
  readonly at: number
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** A network and a clock: statuses answer in their order, the last one for ever. */
function world(
  statuses: readonly number[] = [204],
  preflight: { readonly status?: number; readonly headers?: Record<string, string> } = {},
) {
  let time = 1_000_000
  const start = time
  const exchanges: Exchange[] = []
  const timers: { readonly at: number; readonly step: () => void }[] = []
  let posts = 0
  const fetch: Fetch = async (url, { method = 'GET', headers = {}, body }) => {
    exchanges.push({
      at: time - start,
      url,
      method,
      headers: Object.fromEntries(new Headers(headers)),
      body: typeof body === 'string' ? JSON.parse(body) : undefined,
    })
    if (method === 'OPTIONS') {
      const { status = 204, headers: answer = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'Content-Type' } } =
        preflight
      return { status, headers: new Headers(answer) }
    }
    const status = statuses[Math.min(posts++, statuses.length - 1)] ?? 204
    if (status === 0) throw new TypeError('fetch failed')
    return { status, headers: new Headers() }
  }
  const options: AgentOptions = {
    fetch,
    now: () => time,
    later: (step, ms) => {
      const timer = { at: time + ms, step }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), 1)
    },
    userAgent: 'Engine/1.0',
  }
  /** Until nothing more would happen. */
  const settle = async () => {
    for (let turns = 0; turns < 100; turns++) {
      await new Promise((resolve) => setImmediate(resolve))
      const next = timers.toSorted((a, b) => a.at - b.at)[0]
      if (!next) return
      timers.splice(timers.indexOf(next), 1)
      time = next.at
      next.step()
    }
  }
  const posted = () => exchanges.filter(({ method }) => method === 'POST')
  return { options, exchanges, posted, settle }
}

const own = { 'Reporting-Endpoints': 'crash-reporting="/r"' }
const foreign = { 'Reporting-Endpoints': 'crash-reporting="https://crash.example/i/KEY"' }

describe('an agent', () => {
  test('sends the report that a browser would, at once', async () => {
    const { options, posted } = world()
    const agent = new Agent(options)
    agent.documentLoaded(1, { url: page, headers: own })
    expect(await agent.documentDied(1, { context: { release: '1.0' } })).toBe(true)
    expect(posted()).toMatchObject([
      {
        url: 'https://shop.example/r',
        headers: { 'content-type': 'application/reports+json', origin: 'https://shop.example', 'user-agent': 'Engine/1.0' },
        body: [
          {
            age: 0,
            type: 'crash',
            url: 'https://shop.example/cart?step=2',
            user_agent: 'Engine/1.0',
            body: { crash_report_api: { release: '1.0' }, is_top_level: true, visibility_state: 'visible' },
          },
        ],
      },
    ])
    expect(JSON.stringify(posted()[0]?.body)).not.toContain('reason')
  })

  test('tells of memory, of hidden pages and of frames as browsers do', async () => {
    const { options, posted } = world()
    const agent = new Agent(options)
    agent.documentLoaded(1, { url: page, headers: own, isTopLevel: false })
    await agent.documentDied(1, { reason: 'oom', stack: 'never with this reason', isVisible: false })
    expect(posted()[0]?.body).toMatchObject([{ body: { reason: 'oom', is_top_level: false, visibility_state: 'hidden' } }])
    expect(JSON.stringify(posted()[0]?.body)).not.toContain('never')
  })

  test('gives the stack of a stuck page only with its consent', async () => {
    const { options, posted } = world()
    const agent = new Agent(options)
    agent.documentLoaded(1, { url: page, headers: own })
    await agent.documentDied(1, { reason: 'unresponsive', stack: '\n    at spin (a.js:1:2)' })
    agent.documentLoaded(1, { url: page, headers: { ...own, 'Document-Policy': 'include-js-call-stacks-in-crash-reports' } })
    await agent.documentDied(1, { reason: 'unresponsive', stack: '\n    at spin (a.js:1:2)' })
    const stacks = posted().map(({ body }) => JSON.stringify(body))
    expect(stacks[0]).toContain('Website owner has not opted in for JS call stacks in crash reports.')
    expect(stacks[1]).toContain('at spin (a.js:1:2)')
  })

  test('sends each document its own, and nothing without an endpoint', async () => {
    const { options, posted } = world()
    const agent = new Agent(options)
    agent.documentLoaded(1, { url: page, headers: own })
    agent.documentLoaded(2, { url: 'https://shop.example/other', headers: own })
    agent.documentLoaded(3, { url: page })
    expect(await Promise.all([1, 2, 3, 4].map((id) => agent.documentDied(id)))).toEqual([true, true, false, false])
    expect(posted()).toHaveLength(2)
  })

  test('forgets the endpoints of a document that is closed or left', async () => {
    const { options, posted } = world()
    const agent = new Agent(options)
    agent.documentLoaded(1, { url: page, headers: own })
    agent.documentLoaded(1, { url: page })
    agent.documentLoaded(2, { url: page, headers: own })
    agent.documentClosed(2)
    expect(await Promise.all([agent.documentDied(1), agent.documentDied(2)])).toEqual([false, false])
    expect(posted()).toEqual([])
  })

  test('asks a foreign endpoint first, and gives its own origin alone the cookies', async () => {
    const { options, exchanges } = world()
    const agent = new Agent({ ...options, cookies: () => 'session=1' })
    agent.documentLoaded(1, { url: page, headers: own })
    agent.documentLoaded(2, { url: page, headers: foreign })
    await agent.documentDied(1)
    await agent.documentDied(2)
    expect(exchanges.map(({ method, url }) => [method, url])).toEqual([
      ['POST', 'https://shop.example/r'],
      ['OPTIONS', 'https://crash.example/i/KEY'],
      ['POST', 'https://crash.example/i/KEY'],
    ])
    expect(exchanges.map(({ headers }) => headers.cookie)).toEqual(['session=1', undefined, undefined])
    expect(exchanges[1]?.headers).toMatchObject({
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    })
  })

  test.each([
    ['a bad status', { status: 400 }],
    ['no allowed header', { headers: { 'access-control-allow-origin': '*' } }],
    ['another origin', { headers: { 'access-control-allow-origin': 'https://other.example', 'access-control-allow-headers': '*' } }],
  ])('posts nothing after a preflight with %s, and asks five times', async (_, preflight) => {
    const { options, exchanges, posted, settle } = world([204], preflight)
    const agent = new Agent(options)
    agent.documentLoaded(1, { url: page, headers: foreign })
    expect(await agent.documentDied(1)).toBe(false)
    await settle()
    expect(posted()).toEqual([])
    expect(exchanges).toHaveLength(5)
  })

  test.each([0, 302, 400, 404, 413, 429, 500, 503])(
    'tries five times in a quarter of an hour after %i, with the age of each',
    async (status) => {
      const { options, posted, settle } = world([status])
      const agent = new Agent(options)
      agent.documentLoaded(1, { url: page, headers: own })
      await agent.documentDied(1)
      await settle()
      expect(posted().map(({ at }) => at / second)).toEqual([0, 60, 180, 420, 900])
      expect(posted().map(({ body }) => (Array.isArray(body) ? body[0].age / second : undefined))).toEqual([0, 60, 180, 420, 900])
      expect(agent.queued).toBe(0)
    },
  )

  test('stops once it is taken, and where the endpoint is gone for good', async () => {
    for (const [statuses, times] of [
      [
        [503, 204],
        [0, 60],
      ],
      [[410], [0]],
    ] as const) {
      const { options, posted, settle } = world(statuses)
      const agent = new Agent(options)
      agent.documentLoaded(1, { url: page, headers: own })
      await agent.documentDied(1)
      await settle()
      expect(posted().map(({ at }) => at / second)).toEqual(times)
    }
  })

  test('keeps a hundred reports at most, and none after it is closed', async () => {
    const { options, settle, posted } = world([500])
    const agent = new Agent(options)
    agent.documentLoaded(1, { url: page, headers: own })
    for (let index = 0; index < 120; index++) await agent.documentDied(1)
    expect(agent.queued).toBe(100)
    agent.close()
    await settle()
    expect(posted()).toHaveLength(120)
    expect(await agent.documentDied(1)).toBe(false)
  })

  test('serves files by its own endpoint, and processes without a document', async () => {
    const { options, posted } = world()
    const agent = new Agent({ ...options, endpoint: 'https://crash.example/i/KEY' })
    agent.documentLoaded('main', { url: 'file:///opt/app/index.html' })
    await agent.documentDied('main')
    await agent.processDied('GPU', { reason: 'killed' })
    expect(posted().map(({ body }) => body)).toMatchObject([
      [{ url: 'file:///opt/app/index.html' }],
      [{ url: 'process:GPU', body: { reason: 'killed' } }],
    ])
    expect(posted()[0]?.headers.origin).toBe('null')
  })
})
