import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { Fetch } from './delivery.ts'
import { type ElectronFrame, watchElectron } from './watch-electron.ts'

/** What Electron's web contents do for the agent. */
class Contents extends EventEmitter {
  readonly id = 7
  readonly mainFrame: ElectronFrame = { collectJavaScriptCallStack: async () => '\n    at spin (app.js:1:2)' }
  getURL = () => 'file:///opt/app/index.html'
  getUserAgent = () => 'Electron/40.0'
}

function program() {
  const bodies: { readonly url: string; readonly user_agent: string; readonly body: Readonly<Record<string, unknown>> }[] = []
  const fetch: Fetch = async (_, { method, body }) => {
    if (method === 'POST') bodies.push(...JSON.parse(String(body)))
    return { status: 204, headers: new Headers({ 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }) }
  }
  const app = new EventEmitter()
  const contents = new Contents()
  watchElectron(app, { endpoint: 'https://crash.example/i/KEY', fetch, context: () => ({ release: 'app@1.0' }) })
  app.emit('web-contents-created', {}, contents)
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20))
  return { app, contents, bodies, settle }
}

test.each([
  ['crashed', 139, undefined],
  ['crashed', -536_870_904, 'oom'],
  ['oom', 5, 'oom'],
  ['killed', 9, 'killed'],
  ['memory-eviction', 0, 'memory-eviction'],
])('a renderer that is gone, %s with %i, is a report with the reason %s', async (reason, exitCode, expected) => {
  const { app, contents, bodies, settle } = program()
  app.emit('render-process-gone', {}, contents, { reason, exitCode })
  await settle()
  expect(bodies).toHaveLength(1)
  expect(bodies[0]).toMatchObject({
    url: 'file:///opt/app/index.html',
    user_agent: 'Electron/40.0',
    body: { crash_report_api: { release: 'app@1.0', exit_code: `${exitCode}` } },
  })
  expect(bodies[0]?.body.reason).toBe(expected)
})

test('a clean end is none', async () => {
  const { app, contents, bodies, settle } = program()
  app.emit('render-process-gone', {}, contents, { reason: 'clean-exit', exitCode: 0 })
  app.emit('child-process-gone', {}, { type: 'Utility', reason: 'clean-exit', exitCode: 0 })
  await settle()
  expect(bodies).toEqual([])
})

test('a page that stops responding is told of once, with its stack, also when it is ended then', async () => {
  const { app, contents, bodies, settle } = program()
  contents.emit('unresponsive')
  await settle()
  app.emit('render-process-gone', {}, contents, { reason: 'killed', exitCode: 15 })
  await settle()
  expect(bodies).toMatchObject([{ body: { reason: 'unresponsive', stack: '\n    at spin (app.js:1:2)' } }])
})

test('a page that responds again may stop a second time', async () => {
  const { contents, bodies, settle } = program()
  for (const name of ['unresponsive', 'responsive', 'unresponsive']) {
    contents.emit(name)
    await settle()
  }
  expect(bodies).toHaveLength(2)
})

test('a process without a page is told of by its name', async () => {
  const { app, bodies, settle } = program()
  app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed', exitCode: 11 })
  await settle()
  expect(bodies).toMatchObject([
    { url: 'process:GPU', body: { crash_report_api: { process_type: 'GPU', exit_code: '11' }, is_top_level: false } },
  ])
})
