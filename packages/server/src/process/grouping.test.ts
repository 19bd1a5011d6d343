import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../../testing/test-server.ts'
import type { Fingerprint } from '../store/database/ledger.ts'
import { groupFor, reportsOf } from './grouping.ts'

let server: TestServer
beforeEach(async () => {
  server = await testServer()
})
afterEach(() => server.close())

const fingerprint = (signature: string, rulesVersion = 1): Fingerprint => ({ projectId: 1, rulesVersion, signature })

/** What the processor does with a result. */
async function sign(id: string, to: Fingerprint): Promise<string> {
  const { ledger, index } = server.store
  const row = (await index.find(id))[0]
  if (row === undefined) throw new Error('no such report')
  const group = await groupFor(ledger, index, row, to)
  await index.setProcessed(id, {
    crashedAt: undefined,
    platform: undefined,
    processType: undefined,
    product: undefined,
    version: undefined,
    reason: undefined,
    signature: to.signature,
    groupId: group.id,
    processedAt: row.receivedAt,
    problems: [],
    modules: [],
  })
  return group.id
}

/** Three reports in one group, signed `old`. */
async function threeReports(): Promise<{ ids: readonly [string, string, string]; group: string }> {
  const ids = [await server.upload(Buffer.from('1')), await server.upload(Buffer.from('2')), await server.upload(Buffer.from('3'))] as const
  const groups = new Set(await Promise.all(ids.map((id) => sign(id, fingerprint('old')))))
  const [group = ''] = groups
  expect(groups.size).toBe(1)
  return { ids, group }
}

/** Of two groups the older is known by its time. */
async function nextMillisecond(): Promise<void> {
  for (const now = Date.now(); Date.now() === now; ) await new Promise((resolve) => setImmediate(resolve))
}

describe('signing anew', () => {
  test('a group keeps its id when all of it waits together, and gains the first new signature', async () => {
    const { ids, group } = await threeReports()
    await server.store.index.setStates(ids, 'received')
    expect(await sign(ids[0], fingerprint('new'))).toBe(group)
    expect(await sign(ids[1], fingerprint('new'))).toBe(group)
  })

  test('a report that turns out to be another crash leaves the group, the others stay', async () => {
    const { ids, group } = await threeReports()
    await server.store.index.setStates(ids, 'received')
    expect(await sign(ids[0], fingerprint('new'))).toBe(group)
    const other = await sign(ids[1], fingerprint('quite another'))
    expect(other).not.toBe(group)
    expect(await sign(ids[2], fingerprint('new'))).toBe(group)
    expect(await server.store.index.groupRow(group)).toMatchObject({ count: 2, signature: 'new' })
    expect(await server.store.index.groupRow(other)).toMatchObject({ count: 1 })
  })

  test('one report that is signed otherwise, while the rest stays as it was, moves alone', async () => {
    const { ids, group } = await threeReports()
    await server.store.index.setStates([ids[0]], 'received')
    expect(await sign(ids[0], fingerprint('new'))).not.toBe(group)
    expect(await server.store.index.groupRow(group)).toMatchObject({ count: 2, signature: 'old' })
  })

  test('new rules that sign as the old ones did change nothing, for one report or for all', async () => {
    const { ids, group } = await threeReports()
    expect(await sign(ids[1], fingerprint('old', 2))).toBe(group)
    expect(await sign(await server.upload(Buffer.from('4')), fingerprint('old', 2))).toBe(group)
    expect(await server.store.ledger.fingerprints(group)).toHaveLength(2)
  })

  test('a group takes its new signature back from a report that came first with it, and keeps id and state', async () => {
    const { ids, group } = await threeReports()
    await server.store.setGroupState(group, 'muted')
    await nextMillisecond()
    await server.store.index.setStates(ids, 'received')
    const late = await server.upload(Buffer.from('late'))
    const newcomer = await sign(late, fingerprint('new'))
    expect(newcomer).not.toBe(group)
    const row = (await server.store.index.find(ids[0]))[0]
    if (row === undefined) throw new Error('no such report')
    const { ledger, index } = server.store
    expect(await groupFor(ledger, index, row, fingerprint('new'))).toMatchObject({ id: group, state: 'muted', tookFrom: newcomer })
    for (const id of ids) expect(await sign(id, fingerprint('new'))).toBe(group)
    expect(await reportsOf(index, 1, newcomer)).toEqual([late])
    expect(await sign(late, fingerprint('new'))).toBe(group)
    expect(await index.groupRow(group)).toMatchObject({ count: 4, state: 'muted' })
    expect(await index.groupRow(newcomer)).toBeUndefined()
  })

  test('a group that people decided on is not emptied by one that is signed as it was', async () => {
    const { ids, group } = await threeReports()
    await nextMillisecond()
    const decided = await sign(await server.upload(Buffer.from('late')), fingerprint('new'))
    await server.store.setGroupState(decided, 'resolved')
    await server.store.index.setStates(ids, 'received')
    expect(await sign(ids[0], fingerprint('new'))).toBe(decided)
    expect(decided).not.toBe(group)
  })

  test('a group that was resolved stays so under its new signature', async () => {
    const { ids, group } = await threeReports()
    await server.store.setGroupState(group, 'resolved')
    await server.store.index.setStates(ids, 'received')
    expect(await sign(ids[0], fingerprint('new'))).toBe(group)
    expect(await server.store.ledger.group(group)).toMatchObject({ state: 'resolved' })
  })
})
