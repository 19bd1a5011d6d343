import { expect, it } from 'vitest'
import { describeStores, type TestStore, testFile, testSpoolReport, testTime } from '../../../../test/stores.ts'
import { readAddedFiles } from './added-files.ts'

interface Told {
  readonly at?: number
  readonly url?: string
  readonly reason?: string
  readonly agent?: string
  readonly context?: Readonly<Record<string, string>>
}

/** A browser's report that arrives at once. */
function told(
  { store, projectId }: TestStore,
  { at = 0, url = 'https://shop.example/cart', reason, agent = 'Chrome/156', context = { sid: 's1' } }: Told = {},
) {
  const body = { crash_report_api: context, ...(reason === undefined ? {} : { reason }) }
  const bytes = Buffer.from(JSON.stringify({ report: { age: 1, type: 'crash', url, user_agent: agent, body }, neighbours: [] }))
  const receivedAt = testTime + at
  const submission = { kind: 'browser', dialect: 'reporting-api', receivedAt, crashedAt: receivedAt, files: [testFile('report', bytes)] }
  const report = testSpoolReport(projectId, submission)
  return { id: report.id, settle: () => store.settle(report) }
}

async function settled(opened: TestStore, reports: readonly Told[]) {
  const made = reports.map((report) => told(opened, report))
  for (const { settle } of made) await settle()
  const { items } = await opened.store.index.reports({ projectId: opened.projectId, limit: 100 })
  return { ids: made.map(({ id }) => id), items: items.reverse() }
}

describeStores("reports of browsers' deaths", (open) => {
  it('of two documents of one process become one, which has both', async () => {
    const opened = await open()
    const { ids, items } = await settled(opened, [{}, { at: 300, url: 'https://shop.example/popup' }])
    expect(items).toMatchObject([{ id: ids[0], occurrences: 1, aliases: [ids[1]] }])
    const added = await readAddedFiles(opened.store.blobs, ids[0] ?? '', ['report'])
    expect(added).toMatchObject([{ name: 'report#2', blobKey: expect.stringContaining(ids[1] ?? '') }])
    expect(Buffer.from((await opened.store.blobs.read(added[0]?.blobKey ?? '')) ?? []).toString()).toContain('/popup')
  })

  it.each<[string, Told, Told]>([
    ['without a session', { context: {} }, { at: 300, context: {}, url: 'https://shop.example/popup' }],
    ['of another session', {}, { at: 300, context: { sid: 's2' } }],
    ['of another browser', {}, { at: 300, agent: 'Chrome/155', url: 'https://shop.example/' }],
    ['a second later on another page', {}, { at: 1_000, url: 'https://shop.example/' }],
    ['for another reason, later', {}, { at: 60_000, reason: 'oom' }],
    ['of the same page half an hour later', {}, { at: 30 * 60_000 }],
  ])('stay two %s', async (_, first, second) => {
    expect((await settled(await open(), [first, second])).items).toHaveLength(2)
  })

  it('by the browser and by another page become one, whoever comes first and however late', async () => {
    const context = { sid: 's1', page: 'p1' }
    const native = { context, reason: 'oom' }
    const later = { at: 3 * 3600_000, context: { ...context, detected_by: 'next-load' } }
    for (const order of [
      [native, later],
      [
        { ...later, at: 0 },
        { ...native, at: 3 * 3600_000 },
      ],
    ])
      expect((await settled(await open(), order)).items).toMatchObject([{ occurrences: 1 }])
  })

  it('of a session that dies again and again become one with a count', async () => {
    const opened = await open()
    const loop = Array.from({ length: 40 }, (_, i) => ({ at: i * 20_000, context: { sid: 's1', page: `p${i}` } }))
    const { ids, items } = await settled(opened, loop)
    expect(items).toMatchObject([{ id: ids[0], occurrences: 40 }])
    expect(await readAddedFiles(opened.store.blobs, ids[0] ?? '', ['report'])).toHaveLength(19)
    const facets = await opened.store.index.facets({ projectId: opened.projectId })
    expect(facets.find(({ field }) => field === 'product')?.values).toMatchObject([{ count: 1 }])
  })

  it('are merged once when they are settled again, and when they are sent again', async () => {
    const opened = await open()
    const first = told(opened)
    const second = told(opened, { at: 20_000 })
    const copy = told(opened, { at: 20_500 })
    for (const { settle } of [first, second, second, copy, copy, first]) await settle()
    const { items } = await opened.store.index.reports({ projectId: opened.projectId, limit: 10 })
    expect(items).toMatchObject([{ id: first.id, occurrences: 2 }])
    expect(await readAddedFiles(opened.store.blobs, first.id, ['report'])).toHaveLength(1)
  })

  it('that were erased stay erased, and the next death is a new one', async () => {
    const opened = await open()
    const [first, second, third] = [
      told(opened),
      told(opened, { at: 300, url: 'https://shop.example/popup' }),
      told(opened, { at: 60_000 }),
    ]
    for (const { settle } of [first, second]) await settle()
    await opened.store.erase(first.id)
    for (const { settle } of [second, third]) await settle()
    const { items } = await opened.store.index.reports({ projectId: opened.projectId, limit: 10 })
    expect(items).toMatchObject([{ id: third.id, occurrences: 1 }])
  })
})
