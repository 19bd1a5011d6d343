import { stack, synthDump } from '@crashkeep/minidump/synth'
import { afterEach, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../../testing/test-server.ts'
import type { GroupDetail, SymbolModule } from '../api/schema.ts'

let server: TestServer
afterEach(() => server.close())

const buildId = '00112233445566778899aabbccddeeff00112233'
const debugId = '33221100554477668899AABBCCDDEEFF0'
/** One module; it crashed at `offset` in it. */
function dump(offset: number, timestamp = 1_700_000_000): Uint8Array {
  const memory = stack(0x7fff0000n, [0n, 0n])
  const context = { registers: { rip: 0x400000 + offset, rsp: 0x7fff0000 } }
  return synthDump({
    timestamp,
    modules: [{ baseAddress: 0x400000n, size: 0x10000, name: '/opt/app', buildId }],
    threads: [{ id: 7, stack: memory, context }],
    exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
  })
}

const symbols = [
  `MODULE Linux x86_64 ${debugId} app`,
  'FILE 0 widget.cc',
  'FUNC 1200 100 0 Widget::draw(int)',
  '1200 100 42 0',
  'FUNC 1300 100 0 Widget::hide()',
  '1300 100 60 0',
  '',
].join('\n')

function uploadSymbols(text = symbols) {
  return server.ask({ method: 'POST', url: '/api/v1/symbols?project=default', headers: { 'content-type': 'text/plain' }, payload: text })
}

async function groupOf(id: string | null): Promise<GroupDetail> {
  return (await server.ask({ url: `/api/v1/groups/${id}` })).json<GroupDetail>()
}

/** Once every report was processed with the symbols. */
async function allSigned(ids: readonly string[], pattern: RegExp) {
  for (;;) {
    const reports = await Promise.all(ids.map((id) => server.finished(id)))
    if (reports.every(({ signature }) => pattern.test(signature ?? ''))) return reports
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('processing', () => {
  test('makes of a report whose project keeps no files what its fields say', async () => {
    server = await testServer({ processes: true })
    const settings = { settings: { privacy: { metadataOnly: true } } }
    expect((await server.ask({ method: 'PATCH', url: '/api/v1/projects/default', payload: settings })).statusCode).toBe(200)
    const id = await server.upload(dump(0x1234), { prod: 'App', ver: '1.2', ptype: 'renderer' })
    const report = await server.finished(id)
    expect(report).toMatchObject({ state: 'processed', signature: 'EMPTY: dump not kept | renderer', product: 'App', version: '1.2' })
    expect(report.problems.map(({ code }) => code)).toEqual(['file_not_kept', 'no_dump'])
    expect(await groupOf(report.groupId)).toMatchObject({ count: 1 })
  })

  test('says which module lacks symbols, and after their upload shows the function without anybody asking, in the same group', async () => {
    server = await testServer({ processes: true })
    const ids = [
      await server.upload(dump(0x1234)),
      await server.upload(dump(0x1234, 1_700_000_001)),
      await server.upload(dump(0x1234, 1_700_000_002)),
    ]
    const before = await Promise.all(ids.map((id) => server.finished(id)))
    expect(new Set(before.map(({ groupId }) => groupId)).size).toBe(1)
    expect(before[0]).toMatchObject({ signature: 'app+0x1234' })
    const missing = (await server.ask({ url: '/api/v1/symbols?project=default&missing=true' })).json<{ items: SymbolModule[] }>()
    expect(missing.items).toMatchObject([{ debugFile: 'app', debugId, state: 'missing', reports: 3 }])
    await server.ask({ method: 'PATCH', url: `/api/v1/groups/${before[0]?.groupId}`, payload: { state: 'muted' } })

    expect((await uploadSymbols()).json()).toMatchObject({ outcome: 'stored', reprocessing: 3 })
    const after = await allSigned(ids, /^Widget::draw$/)
    expect(after.map(({ groupId }) => groupId)).toEqual(before.map(({ groupId }) => groupId))
    expect(after[0]?.processed).toMatchObject({ threads: [{ frames: [{ function: 'Widget::draw(int)', file: 'widget.cc', line: 42 }] }] })
    expect(await groupOf(after[0]?.groupId ?? '')).toMatchObject({ signature: 'Widget::draw', count: 3, state: 'muted' })
    const present = (await server.ask({ url: '/api/v1/symbols?project=default' })).json<{ items: SymbolModule[] }>()
    expect(present.items).toMatchObject([{ debugFile: 'app', state: 'present', file: { scope: 'project:1' } }])
    expect((await uploadSymbols()).json()).toMatchObject({ outcome: 'present', reprocessing: 0 })
  })

  test('lets two groups that turn out to be one function meet in one of them', async () => {
    server = await testServer({ processes: true })
    const ids = [await server.upload(dump(0x1234)), await server.upload(dump(0x1238))]
    const before = await Promise.all(ids.map((id) => server.finished(id)))
    expect(before[0]?.groupId).not.toBe(before[1]?.groupId)
    await uploadSymbols()
    const after = await allSigned(ids, /^Widget::draw$/)
    expect(after[0]?.groupId).toBe(after[1]?.groupId)
    expect(before.map(({ groupId }) => groupId)).toContain(after[0]?.groupId)
    expect(await groupOf(after[0]?.groupId ?? '')).toMatchObject({ count: 2 })
  })

  test('keeps a report in its group when it alone is processed again', async () => {
    server = await testServer({ processes: true })
    const ids = [await server.upload(dump(0x1234)), await server.upload(dump(0x1234, 1_700_000_001))]
    const before = await Promise.all(ids.map((id) => server.finished(id)))
    expect((await server.ask({ method: 'POST', url: `/api/v1/reports/${ids[0]}/reprocess` })).statusCode).toBe(202)
    const again = await server.finished(ids[0] ?? '')
    expect(again.groupId).toBe(before[0]?.groupId)
    expect(await groupOf(again.groupId)).toMatchObject({ count: 2 })
  })

  test('shows garbage as a failed report that can be read and downloaded', async () => {
    server = await testServer({ processes: true })
    const id = await server.upload(Buffer.from('MDMX is no dump'), { version: '3.1' })
    const report = await server.finished(id)
    expect(report).toMatchObject({
      state: 'failed',
      version: '3.1',
      problems: [{ code: expect.stringMatching(/too_short|bad_signature/) }],
    })
    const file = await server.ask({ url: `/api/v1/reports/${id}/attachments/upload_file_minidump` })
    expect(file.body).toBe('MDMX is no dump')
  })

  test('tries a report again whose process was killed, shows why, and goes on with the others', async () => {
    server = await testServer({ processes: true, limits: { maxJobMs: 0, watchIntervalMs: 1 } })
    const id = await server.upload(dump(0x1234))
    for (;;) {
      const report = await server.report(id)
      if (report.problems.length === 0) continue
      expect(report).toMatchObject({ state: 'received', problems: [{ code: 'processor_time' }] })
      break
    }
    expect(await server.store.jobs.depth()).toMatchObject({ waiting: 1 })
  })

  test('takes product, version and process type from the dump where the upload is silent', async () => {
    server = await testServer({ processes: true })
    const annotations = new Map([
      ['prod', 'Chrome_Linux'],
      ['ver', '156.0'],
      ['ptype', 'gpu-process'],
    ])
    const id = await server.upload(synthDump({ threads: [{ id: 1 }], crashpad: { annotations } }), { ver: '157.0' })
    expect(await server.finished(id)).toMatchObject({ product: 'Chrome_Linux', version: '157.0', processType: 'gpu-process' })
  })

  test('leaves nothing of an erased report', async () => {
    server = await testServer({ processes: true })
    const id = await server.upload(dump(0x1234))
    const { groupId } = await server.finished(id)
    expect((await server.ask({ method: 'DELETE', url: `/api/v1/reports/${id}` })).statusCode).toBe(204)
    expect((await server.ask({ url: `/api/v1/reports/${id}` })).statusCode).toBe(404)
    const groups = (await server.ask({ url: '/api/v1/groups?project=default' })).json<{ items: unknown[] }>()
    expect(groups.items).toEqual([])
    expect((await server.ask({ url: `/api/v1/groups/${groupId}` })).statusCode).toBe(404)
  })
})
