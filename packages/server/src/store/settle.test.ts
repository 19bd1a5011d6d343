import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { synthDump } from '@crashkeep/minidump/synth'
import { expect, it } from 'vitest'
import { describeStores, type TestStore, testFile, testReportId, testSpoolReport, testTime } from '../../../../test/stores.ts'
import type { SubmittedFile } from '../dialect/submission.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import { readReportFile, reportPrefix } from './report-file.ts'

const dumpWithId = (reportId: string, threads = 1) =>
  synthDump({ crashpad: { reportId }, threads: Array.from({ length: threads }, (_, i) => ({ id: i + 1 })) })
const someId = '01234567-89ab-cdef-0123-456789abcdef'
const truncated = [{ code: 'truncated_body', message: 'cut off' }]

async function inSpool({ dataDir }: TestStore, bytes: Uint8Array): Promise<SubmittedFile> {
  const path = join(dataDir, `large-${testReportId()}`)
  await writeFile(path, bytes)
  return { ...testFile('upload_file_minidump', bytes), content: { kind: 'file', path } }
}

const browserReport = (age: number, message = 'x') =>
  testFile('report', Buffer.from(JSON.stringify({ report: { age, type: 'crash', body: { reason: 'oom', message } }, neighbours: [] })))

async function listed({ store }: TestStore): Promise<string[]> {
  return (await store.index.reports({ limit: 10 })).items.map(({ id }) => id).reverse()
}

describeStores('settling', (open) => {
  it('makes one report of an event that a client sent twice under its own id, per project', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const event = { kind: 'javascript', files: [testFile('report', Buffer.from('{}'))], clientReportId: 'fc6d8c0c43fc4630ad850ee518f1b9d0' }
    const [first, again, other] = [
      testSpoolReport(projectId, event),
      testSpoolReport(projectId, event),
      testSpoolReport(projectId, { ...event, clientReportId: 'another' }),
    ]
    for (const report of [first, again, other]) await store.settle(report)
    expect(await listed(opened)).toEqual([first.id, other.id])
    expect((await store.index.find(again.id))[0]?.id).toBe(first.id)
  })

  it('keeps two dumps that came under one id of the client, and one that came twice', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const died = (text: string) =>
      testSpoolReport(projectId, { files: [testFile('upload_file_minidump', Buffer.from(text))], clientReportId: 'named before the crash' })
    const [first, again, other] = [died('one'), died('one'), died('two')]
    for (const report of [first, again, other]) await store.settle(report)
    expect(await listed(opened)).toEqual([first.id, other.id])
  })

  it('makes blobs, a row and one job, however often it is called', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const report = testSpoolReport(projectId, {
      fields: new Map([
        ['_productName', 'Player'],
        ['prod', 'Electron'],
        ['_version', '1.2'],
        ['ver', '39.0'],
        ['ptype', 'renderer'],
        ['guid', 'g'],
        ['__proto__', 'is a name like any other'],
      ]),
      files: [testFile('upload_file_minidump', Buffer.from('bytes')), await inSpool(opened, Buffer.from('large'))],
      aliases: ['bp-1'],
    })
    await store.settle(report)
    await store.settle(report)
    expect(await store.jobs.depth()).toEqual({ waiting: 1, leased: 0 })
    expect((await store.index.find('bp-1'))[0]).toMatchObject({
      id: report.id,
      product: 'Player',
      version: '1.2',
      processType: 'renderer',
      installation: 'g',
    })
    const prefix = reportPrefix(report.id)
    expect(prefix).toBe(`2026/11/20/${report.id}/`)
    expect(Buffer.from((await store.blobs.read(`${prefix}0`)) ?? []).toString()).toBe('bytes')
    expect(Buffer.from((await store.blobs.read(`${prefix}1`)) ?? []).toString()).toBe('large')
    const file = await readReportFile(store.blobs, report.id)
    expect(file).toMatchObject({ id: report.id, projectId, kind: 'minidump', dialect: 'crashpad', aliases: ['bp-1'], problems: [] })
    expect(file && Object.entries(file.fields)).toContainEqual(['__proto__', 'is a name like any other'])
    expect(file?.files.map(({ name, size }) => [name, size])).toEqual([
      ['upload_file_minidump', 5],
      ['upload_file_minidump', 5],
    ])
  })

  it('recognises a large file that an interrupted settling had moved', async () => {
    const opened = await open()
    const { store, dataDir, projectId } = opened
    const file = await inSpool(opened, dumpWithId(someId))
    const report = testSpoolReport(projectId, { files: [file] })
    await store.settle(testSpoolReport(projectId, { id: testReportId(), files: [] }))
    const target = join(dataDir, 'blobs', reportPrefix(report.id), '0')
    await store.blobs.put(`${reportPrefix(report.id)}1`, Buffer.from('x'))
    if (file.content.kind === 'file') await rename(file.content.path, target)
    await store.settle(report)
    expect((await readReportFile(store.blobs, report.id))?.problems).toEqual([])
    const copy = testSpoolReport(projectId, { files: [testFile('upload_file_minidump', dumpWithId(someId))] })
    await store.settle(copy)
    expect((await store.index.find(copy.id))[0]?.id).toBe(report.id)
  })

  it('keeps the rest of a report whose file is gone or half written', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const file = await inSpool(opened, Buffer.from('whole'))
    const report = testSpoolReport(projectId, { files: [file] })
    if (file.content.kind === 'file') await rm(file.content.path)
    await store.blobs.put(`${reportPrefix(report.id)}0`, Buffer.from('wrong'))
    await store.settle(report)
    expect((await readReportFile(store.blobs, report.id))?.problems).toMatchObject([{ code: 'file_lost' }])
    expect(await listed(opened)).toEqual([report.id])
  })

  it('settles many reports at once', async () => {
    const opened = await open()
    const reports = Array.from({ length: 30 }, () => testSpoolReport(opened.projectId))
    await Promise.all(reports.map((report) => opened.store.settle(report)))
    expect((await opened.store.index.reports({ limit: 100 })).items).toHaveLength(30)
    expect(await opened.store.index.countReports(opened.projectId)).toBe(30)
  })

  it('makes a dump that was sent twice one report with two ids', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const send = () => testSpoolReport(projectId, { files: [testFile('upload_file_minidump', dumpWithId(someId))] })
    const [first, second] = [send(), send()]
    await store.settle(first)
    await store.settle(second)
    await store.settle(second)
    expect(await listed(opened)).toEqual([first.id])
    expect((await store.index.find(second.id))[0]?.id).toBe(first.id)
    expect(await store.blobs.has(`${reportPrefix(second.id)}report.json`)).toBe(false)
    expect(await store.index.countReports(projectId)).toBe(1)
    expect(await store.jobs.depth()).toEqual({ waiting: 1, leased: 0 })
  })

  it('makes one report of copies that arrive at the same time', async () => {
    const opened = await open()
    const reports = Array.from({ length: 5 }, () =>
      testSpoolReport(opened.projectId, { files: [testFile('upload_file_minidump', dumpWithId(someId))] }),
    )
    const other = await opened.openAgain()
    await Promise.all(reports.map((report, i) => (i % 2 === 0 ? opened.store : other).settle(report)))
    expect(await listed(opened)).toHaveLength(1)
  })

  it('keeps copies of other projects, of other content and without an id apart', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const other = await store.ledger.createProject({ slug: 'other', name: 'Other' })
    const file = (bytes: Uint8Array) => ({ files: [testFile('upload_file_minidump', bytes)] })
    for (const report of [
      testSpoolReport(projectId, file(dumpWithId(someId))),
      testSpoolReport(other.id, file(dumpWithId(someId))),
      testSpoolReport(projectId, file(dumpWithId(someId, 2))),
      testSpoolReport(projectId, file(synthDump({ threads: [{ id: 1 }] }))),
      testSpoolReport(projectId, file(synthDump({ threads: [{ id: 1 }] }))),
    ])
      await store.settle(report)
    expect(await listed(opened)).toHaveLength(5)
  })

  it.each(['first', 'last'])('keeps the whole copy of a report when it comes %s', async (whole) => {
    const opened = await open()
    const { store, projectId } = opened
    const bytes = dumpWithId(someId)
    const cut = testSpoolReport(projectId, {
      files: [testFile('upload_file_minidump', bytes.subarray(0, bytes.length - 1))],
      problems: truncated,
      aliases: ['bp-cut'],
    })
    const entire = testSpoolReport(projectId, { files: [testFile('upload_file_minidump', bytes)] })
    const order: SpoolReport[] = whole === 'first' ? [entire, cut] : [cut, entire]
    for (const report of [...order, ...order]) await store.settle(report)
    expect(await listed(opened)).toEqual([entire.id])
    expect((await store.index.find(cut.id))[0]?.id).toBe(entire.id)
    expect((await store.index.find('bp-cut'))[0]?.id).toBe(entire.id)
    expect(await store.blobs.has(`${reportPrefix(cut.id)}0`)).toBe(false)
    expect(await store.blobs.has(`${reportPrefix(entire.id)}0`)).toBe(true)
    expect(await store.jobs.depth()).toEqual({ waiting: 1, leased: 0 })
    expect(await store.index.countReports(projectId)).toBe(1)
  })

  it("makes a browser's report that was sent again with a greater age one report", async () => {
    const opened = await open()
    const { store, projectId } = opened
    const send = (age: number, crashedAt: number, message?: string) =>
      testSpoolReport(projectId, { kind: 'browser', crashedAt, files: [browserReport(age, message)] })
    const first = send(10, testTime)
    for (const report of [first, send(5_000, testTime + 1_999), send(10, testTime + 2_001), send(10, testTime, 'another')])
      await store.settle(report)
    expect(await listed(opened)).toHaveLength(3)
    expect((await store.index.find(first.id))[0]?.aliases).toHaveLength(1)
  })

  it('never brings back what was erased, nor a copy of it', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const send = async () => testSpoolReport(projectId, { files: [await inSpool(opened, dumpWithId(someId))] })
    const [first, second, third] = [await send(), await send(), await send()]
    await store.settle(first)
    await store.settle(second)
    await store.erase(first.id)
    expect(await listed(opened)).toEqual([])
    expect(await store.blobs.has(`${reportPrefix(first.id)}report.json`)).toBe(false)
    for (const report of [first, second, third]) await store.settle(report)
    expect(await listed(opened)).toEqual([])
    expect(await store.jobs.depth()).toEqual({ waiting: 0, leased: 0 })
    const content = third.submission.files[0]?.content
    await expect(stat(content?.kind === 'file' ? content.path : '')).rejects.toThrow('ENOENT')
    expect(await store.blobs.has(`${reportPrefix(third.id)}0`)).toBe(false)
    expect(await store.index.countReports(projectId)).toBe(0)
  })

  it("takes a browser's report that says the same as an erased one, for it may be another crash", async () => {
    const opened = await open()
    const { store, projectId } = opened
    const send = (crashedAt: number) => testSpoolReport(projectId, { kind: 'browser', crashedAt, files: [browserReport(1)] })
    const [first, second] = [send(testTime), send(testTime + 60_000)]
    await store.settle(first)
    await store.erase(first.id)
    await store.settle(second)
    expect(await listed(opened)).toEqual([second.id])
  })

  it('does not settle what was erased before', async () => {
    const opened = await open()
    const report = testSpoolReport(opened.projectId)
    await opened.store.erase(report.id)
    await opened.store.settle(report)
    expect(await listed(opened)).toEqual([])
  })

  it('takes its rows, counts and modules along when a report is erased', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const reports = [testSpoolReport(projectId), testSpoolReport(projectId)]
    for (const report of reports) await store.settle(report)
    const { id: groupId } = await store.ledger.groupOf({ projectId, rulesVersion: 1, signature: 's' })
    for (const { id } of reports)
      await store.index.setProcessed(id, {
        crashedAt: undefined,
        platform: undefined,
        processType: undefined,
        product: undefined,
        version: undefined,
        reason: undefined,
        signature: 's',
        groupId,
        processedAt: testTime,
        problems: [],
        modules: [{ debugFile: 'a', debugId: 'A1', hadSymbols: false }],
      })
    await store.erase(reports[0]?.id ?? '')
    expect((await store.index.groupRow(groupId))?.count).toBe(1)
    expect((await store.index.modules({ projectId, limit: 5 })).items[0]?.reports).toBe(1)
    await store.erase(reports[1]?.id ?? '')
    expect(await store.index.groupRow(groupId)).toBeUndefined()
    expect((await store.index.modules({ projectId, limit: 5 })).items).toEqual([])
    expect(await store.index.daily(projectId, 30)).toEqual([])
  })
})
