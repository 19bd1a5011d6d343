import { expect, it } from 'vitest'
import { defaultSettings } from '../api/project-settings.ts'
import { testProject } from '../dialect/collector-for-tests.ts'
import { DailyQuota } from './daily-quota.ts'

const dayMs = 24 * 60 * 60 * 1000
const noon = 20_000 * dayMs + dayMs / 2
const ofTwo = { ...testProject, settings: { ...defaultSettings, dailyQuota: 2 } }

it('lets so many in a day, and again the next day', () => {
  let now = noon
  const quota = new DailyQuota(
    () => now,
    async () => 0,
  )
  expect([quota.take(ofTwo), quota.take(ofTwo), quota.take(ofTwo)]).toEqual([true, true, false])
  expect(quota.secondsToNextDay()).toBe(12 * 3600)
  quota.giveBack(ofTwo)
  expect(quota.take(ofTwo)).toBe(true)
  now += dayMs / 2
  expect(quota.take(ofTwo)).toBe(true)
  expect(quota.take(testProject)).toBe(true)
})

it('counts what an earlier run of the server kept today, once the database tells', async () => {
  const asked: number[][] = []
  const quota = new DailyQuota(
    () => noon,
    async (...range) => {
      asked.push(range)
      return 1
    },
  )
  expect(quota.take(ofTwo)).toBe(true)
  await Promise.resolve()
  await Promise.resolve()
  expect(quota.take(ofTwo)).toBe(false)
  expect(asked).toEqual([[1, noon - dayMs / 2, noon]])
})

it('refuses nobody when the database is away', async () => {
  const quota = new DailyQuota(
    () => noon,
    async () => Promise.reject(new Error('away')),
  )
  expect(quota.take(ofTwo)).toBe(true)
  await Promise.resolve()
  expect(quota.take(ofTwo)).toBe(true)
})
