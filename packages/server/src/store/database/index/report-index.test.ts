import { expect, it } from 'vitest'
import { describeStores, type TestStore, testSpoolReport, testTime } from '../../../../../../test/stores.ts'
import type { Submission } from '../../../dialect/submission.ts'
import type { ProcessedRow } from '../report-index.ts'

const dayMs = 24 * 3600_000

async function settled({ store, projectId }: TestStore, submission: Partial<Submission> = {}): Promise<string> {
  const report = testSpoolReport(projectId, submission)
  await store.settle(report)
  return report.id
}

async function processed({ store, projectId }: TestStore, id: string, change: Partial<ProcessedRow> = {}): Promise<string> {
  const { signature = 'Player::play | main' } = change
  const { id: groupId } = await store.ledger.groupOf({ projectId, rulesVersion: 1, signature })
  await store.index.setProcessed(id, {
    crashedAt: undefined,
    platform: 'Linux amd64',
    processType: 'renderer',
    product: undefined,
    version: undefined,
    reason: 'SIGSEGV / SEGV_MAPERR',
    signature,
    groupId,
    processedAt: testTime,
    problems: [],
    modules: [],
    ...change,
  })
  return groupId
}

const fieldsOf = (fields: Record<string, string>) => ({ fields: new Map(Object.entries(fields)) })

describeStores('the index of reports', (open) => {
  it('finds a report by its id, by an alias and by a long prefix', async () => {
    const opened = await open()
    const id = await settled(opened, { aliases: ['bp-x'] })
    const { index } = opened.store
    expect((await index.find(id))[0]).toMatchObject({ id, aliases: ['bp-x'], product: 'Player', version: '1.2.3', state: 'received' })
    expect((await index.find('bp-x'))[0]?.id).toBe(id)
    expect((await index.find(id.slice(0, 35)))[0]?.id).toBe(id)
    expect(await index.find(id.slice(0, 15))).toEqual([])
    expect(await index.find('')).toEqual([])
    expect(await index.find("x' or 1=1 --\0")).toEqual([])
  })

  it('lists the newest first, page by page', async () => {
    const opened = await open()
    const ids = []
    for (let i = 0; i < 5; i += 1) ids.push(await settled(opened))
    const { index } = opened.store
    const first = await index.reports({ projectId: opened.projectId, limit: 2 })
    const second = await index.reports({ limit: 2, ...(first.next === undefined ? {} : { cursor: first.next }) })
    const third = await index.reports({ limit: 2, ...(second.next === undefined ? {} : { cursor: second.next }) })
    expect([...first.items, ...second.items, ...third.items].map(({ id }) => id)).toEqual([...ids].reverse())
    expect(third.next).toBeUndefined()
    expect((await index.reports({ projectId: 4711, limit: 2 })).items).toEqual([])
    await expect(index.reports({ limit: 2, cursor: "'; drop" })).rejects.toMatchObject({ code: 'bad_cursor' })
  })

  it('counts a processed report for its group, days, versions and installations', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const seen = [testTime - 2 * dayMs, testTime - 2 * dayMs, testTime]
    const versions = ['1.9', '1.10', '1.9']
    let groupId = ''
    for (const [i, crashedAt] of seen.entries()) {
      const id = await settled(opened, { ...fieldsOf({ ver: versions[i] ?? '', guid: i === 0 ? 'a' : 'b' }), crashedAt })
      groupId = await processed(opened, id)
    }
    expect(await store.index.groupRow(groupId)).toMatchObject({
      count: 3,
      installations: 2,
      firstSeen: testTime - 2 * dayMs,
      lastSeen: testTime,
      firstVersion: '1.9',
      lastVersion: '1.10',
      signature: 'Player::play | main',
      reason: 'SIGSEGV / SEGV_MAPERR',
      state: 'open',
    })
    const row = await store.index.groupRow(groupId)
    expect(row?.days.slice(-3)).toEqual([2, 0, 1])
    expect(row?.days).toHaveLength(30)
    const facets = await store.index.facets({ projectId, groupId })
    expect(facets.find(({ field }) => field === 'version')?.values).toEqual([
      { value: '1.9', count: 2 },
      { value: '1.10', count: 1 },
    ])
    expect(facets.find(({ field }) => field === 'product')?.values).toEqual([{ value: null, count: 3 }])
    expect(await store.index.countReports(projectId)).toBe(3)
    expect(await store.index.countReceived(projectId, testTime, testTime + 1)).toBe(3)
    expect(await store.index.countReceived(projectId, testTime + 1, testTime + 1000)).toBe(0)
    expect(await store.index.daily(projectId, 2)).toEqual([{ day: '2026-11-20', version: '1.9', count: 1, firstDay: '2026-11-18' }])
  })

  it('counts a report once however often it is processed', async () => {
    const opened = await open()
    const id = await settled(opened, fieldsOf({ guid: 'a', ver: '1' }))
    const groupId = await processed(opened, id)
    const before = await opened.store.index.groupRow(groupId)
    await processed(opened, id)
    expect(await opened.store.index.groupRow(groupId)).toEqual(before)
    expect(await opened.store.index.facets({ projectId: opened.projectId })).toEqual(
      await opened.store.index.facets({ projectId: opened.projectId, groupId }),
    )
  })

  it('moves the counts of a report that is signed anew, and drops a group that lost its last', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const first = await settled(opened, { ...fieldsOf({ guid: 'a', ver: '1.0' }), crashedAt: testTime - dayMs })
    const second = await settled(opened, { ...fieldsOf({ guid: 'b', ver: '2.0' }), crashedAt: testTime })
    const old = await processed(opened, first, { signature: 'libx@0x1', quality: 90 })
    await processed(opened, second, { signature: 'libx@0x1', quality: 10 })
    const fresh = await processed(opened, first, { signature: 'Player::play' })
    expect(await store.index.groupRow(old)).toMatchObject({
      count: 1,
      installations: 1,
      firstSeen: testTime,
      firstVersion: '2.0',
      bestReportId: second,
    })
    expect(await store.index.groupRow(fresh)).toMatchObject({ count: 1, firstVersion: '1.0', lastVersion: '1.0', bestReportId: first })
    await processed(opened, second, { signature: 'Player::play' })
    expect(await store.index.groupRow(old)).toBeUndefined()
    expect((await store.index.groups({ projectId, sort: 'count', limit: 10 })).items.map(({ id, count }) => [id, count])).toEqual([
      [fresh, 2],
    ])
    expect(await store.index.facets({ projectId, groupId: old })).toEqual(
      ['version', 'platform', 'processType', 'reason', 'product', 'route', 'browser', 'visibility', 'frame'].map((field) => ({
        field,
        values: [],
      })),
    )
  })

  it('shows a group as its best explained report is signed', async () => {
    const opened = await open()
    const ids = [await settled(opened), await settled(opened), await settled(opened)]
    const groupId = await processed(opened, ids[0] ?? '', { quality: 20 })
    await processed(opened, ids[1] ?? '', { quality: 80, groupId, signature: 'better' })
    await processed(opened, ids[2] ?? '', { quality: 50, groupId })
    expect(await opened.store.index.groupRow(groupId)).toMatchObject({ bestReportId: ids[1], signature: 'better' })
    await processed(opened, ids[1] ?? '', { quality: 0 })
    expect((await opened.store.index.groupRow(groupId))?.count).toBe(3)
  })

  it('does not believe a clock that is years off', async () => {
    const opened = await open()
    const id = await settled(opened, { crashedAt: testTime + 10 * 365 * dayMs })
    const groupId = await processed(opened, id, { crashedAt: 0 })
    expect(await opened.store.index.groupRow(groupId)).toMatchObject({ firstSeen: testTime, lastSeen: testTime })
    expect((await opened.store.index.find(id))[0]?.crashedAt).toBe(0)
  })

  it('sorts groups and pages through them', async () => {
    const opened = await open()
    const { store, projectId } = opened
    for (const [i, count] of [3, 1, 2, 2].entries())
      for (let n = 0; n < count; n += 1)
        await processed(opened, await settled(opened, { crashedAt: testTime - i * dayMs }), { signature: `group ${i}` })
    const pages = async (sort: 'count' | 'lastSeen' | 'firstSeen' | 'installations') => {
      const signatures: string[] = []
      let cursor: string | undefined
      do {
        const page = await store.index.groups({ projectId, sort, limit: 1, ...(cursor === undefined ? {} : { cursor }) })
        signatures.push(...page.items.map(({ signature }) => signature))
        cursor = page.next
      } while (cursor !== undefined)
      return signatures
    }
    const byCount = await pages('count')
    expect([byCount[0], byCount[3]]).toEqual(['group 0', 'group 1'])
    expect(await pages('lastSeen')).toEqual(['group 0', 'group 1', 'group 2', 'group 3'])
    expect(new Set(await pages('installations')).size).toBe(4)
    await expect(store.index.groups({ projectId, sort: 'count', limit: 1, cursor: 'x' })).rejects.toMatchObject({ code: 'bad_cursor' })
  })

  it('filters groups by a state that outlives a restart', async () => {
    const opened = await open()
    const { store, projectId, openAgain } = opened
    const groupId = await processed(opened, await settled(opened))
    expect(await store.setGroupState(groupId, 'resolved')).toBe(true)
    expect(await store.setGroupState('nothing', 'resolved')).toBe(false)
    expect((await store.index.groups({ projectId, sort: 'count', limit: 5, state: 'resolved' })).items).toHaveLength(1)
    await store.index.setGroupState(groupId, 'open')
    const again = await openAgain()
    expect((await again.index.groupRow(groupId))?.state).toBe('resolved')
  })

  it('searches reports and groups by fields and words', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const linux = await settled(opened, fieldsOf({ prod: 'Player', ver: '1.2.3', guid: 'g1' }))
    const windows = await settled(opened, fieldsOf({ prod: 'Editor', ver: '1.20' }))
    const module = { debugFile: 'libffmpeg.so', debugId: 'ABC0', codeFile: '/opt/libffmpeg.so', hadSymbols: true }
    await processed(opened, linux, { signature: 'av::open<T> | 100%_main', modules: [module] })
    await processed(opened, windows, {
      platform: 'Windows x86',
      processType: 'gpu-process',
      reason: 'EXCEPTION_BREAKPOINT',
      signature: 'gpu::Swap',
    })
    const unprocessed = await settled(opened, { kind: 'browser', fields: new Map() })
    const find = async (query: string) => (await store.index.reports({ projectId, query, limit: 10 })).items.map(({ id }) => id).reverse()
    const groups = async (query: string) =>
      (await store.index.groups({ projectId, query, sort: 'count', limit: 10 })).items.map(({ signature }) => signature.slice(0, 3))
    expect(await find('version:1.2')).toEqual([linux])
    expect(await find('version:1.2.3 reason:sigsegv module:FFmpeg process:render platform:linux product:play "open<T>"')).toEqual([linux])
    expect(await find('-module:ffmpeg')).toEqual([windows, unprocessed])
    expect(await find('-version:1.20')).toEqual([linux, unprocessed])
    expect(await find('kind:browser')).toEqual([unprocessed])
    expect(await find('installation:g1')).toEqual([linux])
    expect(await find('state:received')).toEqual([unprocessed])
    expect(await find('100%_m')).toEqual([linux])
    expect(await find('100_%')).toEqual([])
    expect(await find("' or 1=1")).toEqual([])
    expect(await find(linux)).toEqual([linux])
    expect(await groups('version:1.2 reason:SEGV module:ffmpeg process:renderer platform:Linux product:Player open')).toEqual(['av:'])
    expect(await groups('-platform:windows')).toEqual(['av:'])
    expect(await groups('installation:g1')).toEqual(['av:'])
    expect(await groups('-installation:g1 kind:minidump state:open')).toEqual(['gpu'])
    const facets = await store.index.facets({ projectId, query: 'version:1' })
    expect(facets.find(({ field }) => field === 'product')?.values).toEqual([
      { value: 'Editor', count: 1 },
      { value: 'Player', count: 1 },
    ])
  })

  it('knows the older and the newer report of a group', async () => {
    const opened = await open()
    const ids = [await settled(opened), await settled(opened), await settled(opened)]
    for (const id of ids) await processed(opened, id)
    expect(await opened.store.index.neighbours(ids[1] ?? '')).toEqual({ previousId: ids[0], nextId: ids[2] })
    expect(await opened.store.index.neighbours(ids[2] ?? '')).toEqual({ previousId: ids[1], nextId: undefined })
    expect(await opened.store.index.neighbours('none')).toEqual({ previousId: undefined, nextId: undefined })
  })

  it('tells modules without symbols, those that hurt most first, and the reports that lack them', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const module = (debugFile: string, hadSymbols: boolean) => ({ debugFile, debugId: 'ABCd1', hadSymbols })
    const ids = [await settled(opened), await settled(opened)]
    await processed(opened, ids[0] ?? '', { modules: [module('a', false), module('b', false), module('c', true)] })
    await processed(opened, ids[1] ?? '', { modules: [module('b', false), module('b', false), module('', false)] })
    const first = await store.index.modules({ projectId, limit: 1 })
    expect(first.items).toMatchObject([{ debugFile: 'b', reports: 2, missing: true }])
    const rest = await store.index.modules({ projectId, limit: 5, ...(first.next === undefined ? {} : { cursor: first.next }) })
    expect(rest.items.map(({ debugFile, missing }) => [debugFile, missing])).toEqual([
      ['a', true],
      ['c', false],
    ])
    expect(await store.index.reportsLacking({ debugFile: 'b', debugId: 'abcD1' }, projectId)).toEqual([...ids].reverse())
    expect(await store.index.reportsLacking({ debugFile: 'b', debugId: 'ABCD1' }, 4711)).toEqual([])
    await processed(opened, ids[0] ?? '', { modules: [module('b', true)] })
    expect(await store.index.reportsLacking({ debugFile: 'b', debugId: 'ABCD1' }, undefined)).toEqual([ids[1]])
    expect((await store.index.modules({ projectId, limit: 5 })).items.map(({ debugFile, reports }) => [debugFile, reports])).toEqual([
      ['b', 2],
    ])
    expect((await store.index.modules({ projectId, limit: 5, missingOnly: true })).items).toHaveLength(1)
  })

  it('takes text that no database likes', async () => {
    const opened = await open()
    const id = await settled(opened, fieldsOf({ prod: `nul\0 and half \ud800 ${'x'.repeat(10_000)}`, ver: '  ' }))
    await processed(opened, id, { signature: `a\0${'\u{1f4a5}'.repeat(5_000)}`, reason: '', problems: [{ code: 'x', message: '\0' }] })
    const [row] = await opened.store.index.find(id)
    expect(row?.product?.startsWith('nul and half \ufffd xxx')).toBe(true)
    expect(row).toMatchObject({ version: undefined, reason: undefined, problems: [{ code: 'x', message: '' }] })
  })

  it('keeps right counts when many reports are processed at once', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const ids = await Promise.all(Array.from({ length: 12 }, () => settled(opened, fieldsOf({ guid: 'a', ver: '1' }))))
    const modules = ['x', 'y', 'z'].map((debugFile) => ({ debugFile, debugId: 'A0', hadSymbols: false }))
    await Promise.all(ids.map((id, i) => processed(opened, id, { signature: `group ${i % 2}`, modules })))
    await Promise.all(ids.map((id, i) => processed(opened, id, { signature: `group ${(i + 1) % 2}`, modules })))
    const { items } = await store.index.groups({ projectId, sort: 'count', limit: 5 })
    expect(items.map(({ count, installations }) => [count, installations])).toEqual([
      [6, 1],
      [6, 1],
    ])
    expect(await store.index.countReports(projectId)).toBe(12)
    expect((await store.index.modules({ projectId, limit: 5 })).items.map(({ reports }) => reports)).toEqual([12, 12, 12])
  })

  it('counts refusals and keeps a bounded number of samples', async () => {
    const opened = await open()
    const { index } = opened.store
    const sample = { headers: { 'user-agent': 'x\0' }, fieldNames: ['a'], detail: 'why', address: '192.0.2.1' }
    const refuse = (projectId: number | undefined, at: number) =>
      index.countRejection({ projectId, reason: 'too_large', dialect: 'crashpad', at, sample })
    await Promise.all(Array.from({ length: 30 }, (_, i) => refuse(1, testTime + i)))
    await Promise.all(Array.from({ length: 210 }, (_, i) => refuse(undefined, testTime + i)))
    await index.countRejection({ projectId: 1, reason: 'bad_gzip', dialect: 'crashpad', at: testTime })
    const rows = await index.rejections(1)
    expect(rows.map(({ reason, count, lastAt, samples }) => [reason, count, lastAt - testTime, samples.length])).toEqual([
      ['too_large', 30, 29, 20],
      ['bad_gzip', 1, 0, 0],
    ])
    expect(rows[0]?.samples[0]).toMatchObject({ dialect: 'crashpad', headers: { 'user-agent': 'x' }, fieldNames: ['a'], detail: 'why' })
    const [ring] = await index.rejections(undefined)
    expect(ring?.count).toBe(210)
    expect(ring?.samples.length).toBeLessThanOrEqual(200)
    await refuse(1, testTime + 3600_001 + 30)
    expect((await index.rejections(1))[0]?.samples).toHaveLength(21)
  })
})
