import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { synthDump } from '@crashkeep/minidump/synth'
import { expect, it } from 'vitest'
import { describeStores, type TestStore, testFile, testReportId, testSpoolReport } from '../../../../test/stores.ts'
import type { SubmittedFile } from '../dialect/submission.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import { readAddedFiles } from './added-files.ts'
import { additionPatienceMs, maxAddedFiles } from './limits.ts'
import { reportPrefix } from './report-file.ts'

const log = (text: string, name = 'log') => testFile(name, Buffer.from(text))

function addition(projectId: number, attachTo: string, files: readonly SubmittedFile[]): SpoolReport {
  return { ...testSpoolReport(projectId, { files, kind: 'attachment' }), attachTo }
}

async function added({ store }: TestStore, id: string): Promise<[string, string][]> {
  const files = await readAddedFiles(store.blobs, id, ['upload_file_minidump'])
  return Promise.all(
    files.map(
      async ({ name, blobKey }): Promise<[string, string]> => [name, Buffer.from((await store.blobs.read(blobKey)) ?? []).toString()],
    ),
  )
}

describeStores('settling files that came after their report', (open) => {
  it('puts them beside the report once, in the order of arrival, and overwrites nothing', async () => {
    const opened = await open()
    const { store, projectId, dataDir } = opened
    const report = testSpoolReport(projectId)
    await store.settle(report)
    const path = join(dataDir, `large-${testReportId()}`)
    await writeFile(path, 'large')
    const large: SubmittedFile = { ...log('large'), content: { kind: 'file', path } }
    const [first, second] = [
      addition(projectId, report.id, [log('one'), log('dump', 'upload_file_minidump')]),
      addition(projectId, report.id, [large]),
    ]
    for (const each of [first, second, first, second]) await store.settle(each)
    expect(await added(opened, report.id)).toEqual([
      ['log', 'one'],
      ['upload_file_minidump#2', 'dump'],
      ['log#2', 'large'],
    ])
    expect(Buffer.from((await store.blobs.read(`${reportPrefix(report.id)}0`)) ?? []).toString()).toBe('no dump')
  })

  it('keeps no more than the limit', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const report = testSpoolReport(projectId)
    await store.settle(report)
    for (let i = 0; i < maxAddedFiles + 3; i += 1) await store.settle(addition(projectId, report.id, [log(`${i}`)]))
    expect(await added(opened, report.id)).toHaveLength(maxAddedFiles)
  })

  it('drops what belongs to an erased report or another project', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const report = testSpoolReport(projectId)
    await store.settle(report)
    await store.settle(addition(projectId + 1, report.id, [log('stranger')]))
    expect(await added(opened, report.id)).toEqual([])
    await store.erase(report.id)
    await store.settle(addition(projectId, report.id, [log('late')]))
    expect(await added(opened, report.id)).toEqual([])
  })

  it('is tried again while the report is not in the store, for a week', async () => {
    const opened = await open()
    const { store, projectId, clock, dataDir } = opened
    const path = join(dataDir, 'waiting')
    await writeFile(path, 'x')
    const early = addition(projectId, testReportId(), [{ ...log('x'), content: { kind: 'file', path } }])
    await expect(store.settle(early)).rejects.toMatchObject({ code: 'unknown_report' })
    expect((await stat(path)).isFile()).toBe(true)
    clock.now += additionPatienceMs + 60_000
    await store.settle(early)
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' })
    await rm(path, { force: true })
  })

  it('follows the report to the whole copy that replaced it', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const dump = (threads: number) =>
      synthDump({
        crashpad: { reportId: '01234567-89ab-cdef-0123-456789abcdef' },
        threads: Array.from({ length: threads }, (_, i) => ({ id: i + 1 })),
      })
    const cut = testSpoolReport(projectId, {
      files: [testFile('upload_file_minidump', dump(1))],
      problems: [{ code: 'truncated_body', message: 'cut off' }],
    })
    const whole = testSpoolReport(projectId, { files: [testFile('upload_file_minidump', dump(2))] })
    await store.settle(cut)
    await store.settle(addition(projectId, cut.id, [log('before')]))
    await store.settle(whole)
    await store.settle(addition(projectId, cut.id, [log('after')]))
    expect(await added(opened, whole.id)).toEqual([
      ['log', 'before'],
      ['log#2', 'after'],
    ])
  })
})
