import { expect, it } from 'vitest'
import { testProject } from '../dialect/collector-for-tests.ts'
import type { SessionRow } from '../store/database/report-index.ts'
import { SessionCounts } from './session-counts.ts'

const dayMs = 24 * 60 * 60 * 1000
const today = 20_000
const now = today * dayMs + 3600_000

function counting(write?: () => Promise<void>) {
  const rows: SessionRow[] = []
  const problems: string[] = []
  const counts = new SessionCounts(
    async (given) => {
      await write?.()
      rows.push(...given)
    },
    () => now,
    (message) => problems.push(message),
  )
  return { counts, rows, problems }
}

it('adds up what belongs to one day and release', async () => {
  const { counts, rows } = counting()
  for (const told of [
    { at: now, release: '1', started: 2 },
    { at: now - dayMs, release: '1', started: 1 },
    { at: now, release: '1', crashed: 1 },
  ])
    counts.add(testProject, told)
  await counts.flush()
  expect(rows).toEqual([
    { projectId: 1, day: today, release: '1', started: 2, errored: 0, crashed: 1 },
    { projectId: 1, day: today - 1, release: '1', started: 1, errored: 0, crashed: 0 },
  ])
})

it('believes no clock that is far off, no endless name and no number that is none', async () => {
  const { counts, rows } = counting()
  counts.add(testProject, { at: now + 3 * dayMs, release: 'r'.repeat(5000), started: Number.NaN, crashed: -5, errored: 1e300 })
  await counts.flush()
  expect(rows).toEqual([{ projectId: 1, day: today, release: 'r'.repeat(200), started: 0, crashed: 0, errored: 1_000_000 }])
})

it('counts a flood of invented releases under none', async () => {
  const { counts, rows } = counting()
  for (let i = 0; i < 5000; i += 1) counts.add(testProject, { at: now, release: String(i), started: 1 })
  await counts.flush()
  expect(rows.length).toBeLessThanOrEqual(1001)
  expect(rows.reduce((sum, { started }) => sum + started, 0)).toBe(5000)
})

it('says that a database took nothing, and goes on', async () => {
  let away = true
  const { counts, rows, problems } = counting(() => (away ? Promise.reject(new Error('away')) : Promise.resolve()))
  counts.add(testProject, { at: now, started: 1 })
  await counts.flush()
  away = false
  counts.add(testProject, { at: now, started: 1 })
  await counts.flush()
  expect([problems.length, rows.length]).toEqual([1, 1])
})
