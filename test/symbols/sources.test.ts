/** Symbols from other servers: each layout, what hostile servers answer, and who is never asked. */
import { stack, synthDump } from '@crashkeep/minidump/synth'
import type { ReportDetail, ReportSymbols } from '@crashkeep/server/api-types'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../../packages/server/testing/test-server.ts'
import { SymbolSite } from '../harness/symbol-site.ts'
import { until } from '../harness/until.ts'

const buildId = '00112233445566778899aabbccddeeff00112233'
const debugId = '33221100554477668899AABBCCDDEEFF0'
const waitMs = 20_000

let server: TestServer
let site: SymbolSite
beforeEach(async () => {
  site = await SymbolSite.start()
  server = await testServer({
    processes: true,
    sources: { limits: { answerTimeoutMs: 500, idleTimeoutMs: 500, totalTimeoutMs: 1_500, maxBytes: 1_000_000 } },
  })
})
afterEach(async () => {
  await server.close()
  await site.close()
})

function dump(name = '/opt/app', timestamp = 1_700_000_000): Uint8Array {
  const memory = stack(0x7fff0000n, [0n, 0n])
  const context = { registers: { rip: 0x401234, rsp: 0x7fff0000 } }
  return synthDump({
    timestamp,
    modules: [{ baseAddress: 0x400000n, size: 0x10000, name, buildId }],
    threads: [{ id: 7, stack: memory, context }],
    exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
  })
}

function symbols(id = debugId, name = 'app'): string {
  return `MODULE Linux x86_64 ${id} ${name}\nFILE 0 widget.cc\nFUNC 1200 100 0 Widget::draw(int)\n1200 100 42 0\n`
}

async function useSources(list: readonly object[], enabled = true): Promise<void> {
  const answer = await server.ask({
    method: 'PATCH',
    url: '/api/v1/projects/default',
    payload: { settings: { symbolSources: { enabled, list } } },
  })
  expect(answer.statusCode, answer.body).toBe(200)
}

const here = (layout: string, more: object = {}) => ({ name: 'Here', url: site.url, layout, allowPrivate: true, ...more })

async function symbolsOf(id: string): Promise<ReportSymbols> {
  return (await server.ask({ url: `/api/v1/reports/${id}/symbols` })).json<ReportSymbols>()
}

/** Once nobody is being asked any more. */
async function settled(id: string): Promise<ReportSymbols['modules'][number]> {
  await server.finished(id)
  await server.finder?.drained()
  const { modules } = await symbolsOf(id)
  const [module] = modules
  if (module === undefined) throw new Error('The report names no module.')
  return module
}

function signed(id: string, signature: RegExp): Promise<ReportDetail> {
  return until('the report to be processed with the symbols', waitMs, async () => {
    const report = await server.finished(id)
    return signature.test(report.signature ?? '') ? report : undefined
  })
}

describe('finding', () => {
  test('asks nobody unless the project switched its sources on', async () => {
    await useSources([here('breakpad')], false)
    const module = await settled(await server.upload(dump()))
    expect(module).toMatchObject({ stored: null, waiting: false, asked: [] })
    expect(site.asked).toEqual([])
  })

  test("Breakpad's layout: all reports that wait are processed again after one question", async () => {
    site.put(`/app/${debugId}/app.sym`, symbols())
    await useSources([here('breakpad')])
    const ids = [await server.upload(dump()), await server.upload(dump('/opt/app', 1_700_000_001))]
    for (const id of ids) await signed(id, /Widget::draw/)
    expect(await settled(ids[0] ?? '')).toMatchObject({
      hadSymbols: true,
      waiting: false,
      asked: [{ title: 'Here', outcome: 'found', place: `${site.url}app/${debugId}/app.sym` }],
    })
    expect(site.asked).toEqual([`/app/${debugId}/app.sym`])
    const list = (await server.ask({ url: '/api/v1/symbols?project=default' })).json<{ items: object[] }>()
    expect(list.items).toMatchObject([{ state: 'present', file: { scope: expect.stringMatching(/^fetched:server:/) } }])
  })
})
