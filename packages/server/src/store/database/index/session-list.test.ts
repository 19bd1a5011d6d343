import { expect, it } from 'vitest'
import { describeStores, testFile, testSpoolReport, testTime } from '../../../../../../test/stores.ts'

const dayMs = 24 * 60 * 60 * 1000
const today = Math.floor(testTime / dayMs)

const death = (session: string, at: number) =>
  Buffer.from(
    JSON.stringify({
      report: {
        age: 0,
        type: 'crash',
        url: `https://shop.example/${session}`,
        body: { crash_report_api: { sid: session, release: '2.0' } },
      },
      neighbours: [],
      at,
    }),
  )

describeStores('sessions', (open) => {
  it('are added up by release, the busiest first, within the days asked for', async () => {
    const { store, projectId } = await open()
    const row = (day: number, release: string, started: number) => ({ projectId, day, release, started, errored: 1, crashed: 2 })
    await store.index.countSessions([row(today, '2.0', 10), row(today - 1, '2.0', 5), row(today, '', 3), row(today - 40, '1.0', 99)])
    await store.index.countSessions([row(today, '2.0', 1), { ...row(today, '2.0', 7), projectId: projectId + 1 }])
    expect(await store.index.sessions(projectId, 14)).toEqual([
      { release: '2.0', started: 16, errored: 3, crashed: 6 },
      { release: undefined, started: 3, errored: 1, crashed: 2 },
    ])
  })

  it('of browsers crash when their deaths are told, once for each session', async () => {
    const { store, projectId } = await open()
    await store.index.countSessions([{ projectId, day: today, release: '2.0', started: 4, errored: 0, crashed: 0 }])
    for (const [i, session] of ['a', 'a', 'b'].entries())
      await store.settle(
        testSpoolReport(projectId, {
          kind: 'browser',
          fields: new Map([
            ['version', '2.0'],
            ['sid', session],
          ]),
          files: [testFile('report', death(session, i))],
        }),
      )
    expect(await store.index.sessions(projectId, 14)).toEqual([{ release: '2.0', started: 4, errored: 0, crashed: 2 }])
  })
})
