/** A server that is killed while it asks another one for symbols asks again after its next start. */
import { existsSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { startServer } from '../harness/server.ts'
import { SymbolSite } from '../harness/symbol-site.ts'
import { until } from '../harness/until.ts'
import { acknowledged, sendForm } from '../harness/upload.ts'

const buildId = '00112233445566778899aabbccddeeff00112233'
const debugId = '33221100554477668899AABBCCDDEEFF0'
const place = `/app/${debugId}/app.sym`
/** A lease of the killed server runs out after 15 seconds. */
const patienceMs = 120_000
const dayMs = 24 * 3600_000
const undo = undoAfterAll()

test('symbols that were being fetched when the server was killed are fetched after its next start, and nothing is left of the first attempt', async () => {
  const dataDir = join(temporaryFolder(undo, 'fetch-restart'), 'data')
  const tmp = join(dataDir, 'tmp')
  const site = await SymbolSite.start()
  undo(() => site.close())
  const began = new Promise<void>((resolve) =>
    site.put(place, (_, response) => {
      response.writeHead(200).write(`MODULE Linux x86_64 ${debugId} app\n`)
      resolve()
    }),
  )
  const first = await startServer({ dataDir })
  undo(() => first.kill())
  const sources = { enabled: true, list: [{ name: 'Here', url: site.url, layout: 'breakpad', allowPrivate: true }] }
  const changed = await first.ask('/api/v1/projects/default', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ settings: { symbolSources: sources } })),
  })
  expect(changed.status, changed.text).toBe(200)
  const context = { registers: { rip: 0x401234, rsp: 0x7fff0000 } }
  const dump = synthDump({
    modules: [{ baseAddress: 0x400000n, size: 0x10000, name: '/opt/app', buildId }],
    threads: [{ id: 7, stack: stack(0x7fff0000n, [0n, 0n]), context }],
    exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
  })
  const id = await acknowledged(sendForm(first.ingestUrl, { dump }))
  await began
  await first.kill()
  const left = readdirSync(tmp).filter((name) => name.startsWith('sources-'))
  expect(left).toHaveLength(1)
  // As if that had been two days ago.
  const before = (Date.now() - 2 * dayMs) / 1000
  for (const name of left) utimesSync(join(tmp, name), before, before)

  site.put(place, `MODULE Linux x86_64 ${debugId} app\nFUNC 1200 100 0 Widget::draw(int)\n`)
  const second = await startServer({ dataDir })
  undo(() => second.stop())
  await until('the report to have its symbols', patienceMs, async () =>
    (await second.report(id))?.signature === 'Widget::draw' ? true : undefined,
  )
  expect(site.asked).toEqual([place, place])
  for (const name of left) expect(existsSync(join(tmp, name))).toBe(false)
})
