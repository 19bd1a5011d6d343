import { afterEach, describe, expect, it } from 'vitest'
import { minidumpPart, multipart } from '../intake/multipart-for-tests.ts'
import { makeReportId } from '../intake/report-id.ts'
import { maxAddedFiles } from '../store/limits.ts'
import { type CollectorOptions, send, startCollector, type TestCollector, testKey } from './collector-for-tests.ts'

const form = { 'content-type': 'multipart/form-data; boundary=b' }
const crash = multipart([{ name: 'ver', value: '1' }, minidumpPart(Buffer.from('MDMP'))], 'b')
const log = (name: string) => ({ name, fileName: `${name}.txt`, value: `words of ${name}` })
const random = (bytes: number) => Buffer.alloc(bytes, 7)

let collector: TestCollector
afterEach(() => collector.close())
const start = async (options: CollectorOptions = {}) => {
  collector = await startCollector(options)
}
const post = (path: string, body: Buffer, headers: Record<string, string> = form) => send(collector.port, path, { body, headers })
const attach = (id: string, body: Buffer, headers?: Record<string, string>) => post(`/i/${testKey}/${id}/attachments`, body, headers)

describe('files for a report that came before', () => {
  it('are durable when they are answered, as a form or as a body, also packed', async () => {
    await start()
    const id = (await post(`/i/${testKey}`, crash)).text
    const answer = await attach(id, multipart([log('one'), log('two')], 'b'))
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { report: id, files: 2 }])
    expect((await attach(`${id}`, Buffer.from('plain'), { 'content-type': 'text/plain' })).status).toBe(200)
    const settled: { attachTo: string | undefined; names: string[] }[] = []
    collector.spool.startSettling(async ({ attachTo, submission }) => {
      settled.push({ attachTo, names: submission.files.map(({ name }) => name) })
    })
    await collector.spool.drained()
    // The report comes first; what was added to it is settled side by side.
    expect(settled[0]).toEqual({ attachTo: undefined, names: ['upload_file_minidump'] })
    expect(settled.slice(1).sort((a, b) => a.names.length - b.names.length)).toEqual([
      { attachTo: id, names: ['attachment'] },
      { attachTo: id, names: ['one', 'two'] },
    ])
  })

  it('are taken only for a known report, by its full id', async () => {
    await start()
    const id = (await post(`/i/${testKey}`, crash)).text
    const body = multipart([log('one')], 'b')
    for (const wrong of [id.slice(0, 16), `${id.slice(0, 35)}${id.endsWith('0') ? '1' : '0'}`, 'x', '..%2f..'])
      expect([wrong, (await attach(wrong, body)).status]).toEqual([wrong, 404])
    expect((await post(`/i/${'f'.repeat(32)}/${id}/attachments`, body)).text).toMatch(/^unknown_key: /)
    expect(collector.rejections.map(({ reason }) => reason)).toEqual([...Array(4).fill('unknown_report'), 'unknown_key'])
  })

  it('are refused for a report of another project, and after 24 hours', async () => {
    const now = Date.now()
    const [strange, old, young] = [now - 1000, now - 25 * 3600_000, now - 23 * 3600_000].map((at) => makeReportId(at, random))
    if (strange === undefined || old === undefined || young === undefined) throw new Error('three ids were made')
    await start({
      settledReports: new Map([
        [strange, { id: strange, projectId: 2, receivedAt: now - 1000, addedFiles: 0 }],
        [old, { id: old, projectId: 1, receivedAt: now - 25 * 3600_000, addedFiles: 0 }],
        [young, { id: young, projectId: 1, receivedAt: now - 23 * 3600_000, addedFiles: 0 }],
      ]),
    })
    const body = multipart([log('one')], 'b')
    expect((await attach(strange, body)).text).toMatch(/^unknown_report: /)
    const late = await attach(old, body)
    expect([late.status, late.text]).toEqual([403, expect.stringMatching(/^report_closed: /)])
    expect((await attach(young, body)).status).toBe(200)
  })

  it('are counted, those that wait to be settled too', async () => {
    await start()
    const id = (await post(`/i/${testKey}`, crash)).text
    const names = Array.from({ length: maxAddedFiles }, (_, i) => `f${i}`)
    expect((await attach(id, multipart(names.slice(2).map(log), 'b'))).status).toBe(200)
    const tooMany = await attach(id, multipart(names.slice(0, 3).map(log), 'b'))
    expect([tooMany.status, tooMany.text]).toEqual([413, expect.stringMatching(/^too_many_attachments: /)])
    expect((await attach(id, multipart(names.slice(0, 2).map(log), 'b'))).status).toBe(200)
    expect((await attach(id, multipart([log('x')], 'b'))).status).toBe(413)
  })

  it('are taken while the database is away, for an id that was made within 24 hours', async () => {
    const now = Date.now()
    const [fresh, old] = [makeReportId(now - 1000, random), makeReportId(now - 25 * 3600_000, random)]
    await start({
      settledReports: new Map([
        [fresh, 'unavailable'],
        [old, 'unavailable'],
        ['bp-alias', 'unavailable'],
      ]),
    })
    const body = multipart([log('one')], 'b')
    expect([(await attach(fresh, body)).status, (await attach(old, body)).status, (await attach('bp-alias', body)).status]).toEqual([
      200, 403, 503,
    ])
  })

  it('are refused when there are none, and leave nothing on the disk', async () => {
    await start({ limits: { inlineFileBytes: 1 } })
    const id = (await post(`/i/${testKey}`, multipart([{ name: 'ver', value: '1' }], 'b'))).text
    expect((await attach(id, multipart([{ name: 'only', value: 'a field' }], 'b'))).text).toMatch(/^empty_body: /)
    expect((await attach(id, Buffer.alloc(0))).status).toBe(400)
  })
})
