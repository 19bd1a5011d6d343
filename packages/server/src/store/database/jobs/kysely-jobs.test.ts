import { expect, it } from 'vitest'
import { describeStores, type TestStore, testSpoolReport } from '../../../../../../test/stores.ts'
import { firstRetryDelayMs, maxJobAttempts } from '../../limits.ts'

describeStores('the queue', (open) => {
  const settled = async ({ store, projectId }: TestStore, count: number) => {
    const reports = Array.from({ length: count }, () => testSpoolReport(projectId))
    for (const report of reports) await store.settle(report)
    return reports.map(({ id }) => id)
  }

  it('gives a new report to one of many callers', async () => {
    const opened = await open()
    const ids = await settled(opened, 6)
    const leased = await Promise.all(Array.from({ length: 6 }, () => opened.store.jobs.lease(1, 60_000)))
    expect(
      leased
        .flat()
        .map(({ reportId }) => reportId)
        .sort(),
    ).toEqual(ids)
    expect(await opened.store.jobs.lease(10, 60_000)).toEqual([])
    expect(await opened.store.jobs.depth()).toEqual({ waiting: 0, leased: 6 })
  })

  it('gives the oldest first, and none that are done', async () => {
    const opened = await open()
    const [first, second, third] = await settled(opened, 3)
    const jobs = await opened.store.jobs.lease(2, 60_000)
    expect(jobs.map(({ reportId }) => reportId)).toEqual([first, second])
    for (const job of jobs) await opened.store.jobs.done(job)
    expect((await opened.store.jobs.lease(5, 60_000)).map(({ reportId }) => reportId)).toEqual([third])
    expect(await opened.store.jobs.depth()).toEqual({ waiting: 0, leased: 1 })
  })

  it('gives new reports before those that are processed again, these in the order in which they were named, and the other way when asked', async () => {
    const opened = await open()
    const { store, clock } = opened
    const old = await settled(opened, 3)
    for (const job of await store.jobs.lease(3, 60_000)) await store.jobs.done(job)
    const wanted = [old[2], old[0], old[1]].map((id) => id ?? '')
    await store.jobs.add(wanted, { again: true })
    clock.now += 1
    const [fresh] = await settled(opened, 1)
    expect((await store.jobs.lease(2, 60_000)).map(({ reportId }) => reportId)).toEqual([fresh, wanted[0]])
    const [fresher] = await settled(opened, 1)
    expect((await store.jobs.lease(1, 60_000, { againFirst: true })).map(({ reportId }) => reportId)).toEqual([wanted[1]])
    expect((await store.jobs.lease(9, 60_000)).map(({ reportId }) => reportId)).toEqual([fresher, wanted[2]])
  })

  it('takes a report that somebody waits for out of its place', async () => {
    const opened = await open()
    const { store } = opened
    const ids = await settled(opened, 3)
    for (const job of await store.jobs.lease(3, 60_000)) await store.jobs.done(job)
    await store.jobs.add(ids, { again: true })
    await store.jobs.add([ids[2] ?? ''])
    expect((await store.jobs.lease(1, 60_000)).map(({ reportId }) => reportId)).toEqual([ids[2]])
  })

  it('gives a job again when its lease ran out, and forgets the first lease', async () => {
    const opened = await open()
    const { store, clock } = opened
    await settled(opened, 1)
    const [lost] = await store.jobs.lease(1, 1_000)
    clock.now += 1_000
    const [again] = await store.jobs.lease(1, 1_000)
    expect(again).toMatchObject({ reportId: lost?.reportId, attempt: 2 })
    if (lost !== undefined) await store.jobs.done(lost)
    expect(await store.jobs.depth()).toEqual({ waiting: 0, leased: 1 })
  })

  it('lets a lease go on that is renewed, but none that somebody else holds by now', async () => {
    const opened = await open()
    const { store, clock } = opened
    await settled(opened, 1)
    const first = await store.jobs.lease(1, 1_000)
    clock.now += 999
    await store.jobs.renew(first, 1_000)
    clock.now += 999
    expect(await store.jobs.lease(1, 1_000)).toEqual([])
    clock.now += 1
    expect(await store.jobs.lease(1, 1_000)).toHaveLength(1)
    await store.jobs.renew(first, 60_000)
    clock.now += 1_000
    expect(await store.jobs.lease(1, 1_000)).toHaveLength(1)
  })

  it('takes a job back as if it had never been leased', async () => {
    const opened = await open()
    const { store } = opened
    await settled(opened, 1)
    const [job] = await store.jobs.lease(1, 60_000)
    if (job === undefined) throw new Error('no job')
    await store.jobs.giveBack(job)
    expect(await store.jobs.lease(1, 60_000)).toMatchObject([{ reportId: job.reportId, attempt: 1 }])
  })

  it('waits longer after each failure and gives up after the last', async () => {
    const opened = await open()
    const { store, clock } = opened
    await settled(opened, 1)
    const waits: number[] = []
    for (let attempt = 1; attempt <= maxJobAttempts; attempt += 1) {
      const [job] = await store.jobs.lease(1, 1_000)
      if (job === undefined) throw new Error('no job')
      expect(job.attempt).toBe(attempt)
      const more = await store.jobs.retry(job, 'it failed')
      expect(more).toBe(attempt < maxJobAttempts)
      const wait = firstRetryDelayMs * 5 ** (attempt - 1)
      clock.now += wait - 1
      expect(await store.jobs.lease(1, 1_000)).toEqual([])
      clock.now += 1
      waits.push(wait)
    }
    expect(await store.jobs.depth()).toEqual({ waiting: 0, leased: 0 })
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
  })

  it('fails a report that takes the program along at each attempt', async () => {
    const opened = await open()
    const { store, clock } = opened
    const [id = ''] = await settled(opened, 1)
    for (let attempt = 1; attempt <= maxJobAttempts; attempt += 1) {
      expect(await store.jobs.lease(1, 1_000)).toHaveLength(1)
      clock.now += 1_000
    }
    expect(await store.jobs.lease(1, 1_000)).toEqual([])
    expect((await store.index.find(id))[0]).toMatchObject({ state: 'failed', problems: [{ code: 'processor_lost' }] })
  })

  it('moves a waiting job earlier and never later', async () => {
    const opened = await open()
    const { store, clock } = opened
    const ids = await settled(opened, 1)
    for (const job of await store.jobs.lease(1, 1_000)) await store.jobs.done(job)
    await store.jobs.add(ids, { delayMs: 5_000 })
    expect(await store.jobs.lease(1, 1_000)).toEqual([])
    await store.jobs.add(ids, { delayMs: 1_000 })
    await store.jobs.add(ids, { delayMs: 9_000 })
    clock.now += 1_000
    expect(await store.jobs.lease(1, 1_000)).toHaveLength(1)
  })

  it('runs a report again that was asked for while it was leased', async () => {
    const opened = await open()
    const { store } = opened
    const ids = await settled(opened, 1)
    const [job] = await store.jobs.lease(1, 60_000)
    await store.jobs.add(ids)
    expect(await store.jobs.lease(1, 60_000)).toEqual([])
    if (job !== undefined) await store.jobs.done(job)
    const [again] = await store.jobs.lease(1, 60_000)
    expect(again).toMatchObject({ reportId: ids[0], attempt: 1 })
    if (again !== undefined) await store.jobs.done(again)
    expect(await store.jobs.depth()).toEqual({ waiting: 0, leased: 0 })
  })

  it('adds no job for a report that is not there', async () => {
    const { store } = await open()
    await store.jobs.add(['0'.repeat(36)])
    expect(await store.jobs.depth()).toEqual({ waiting: 0, leased: 0 })
  })
})
