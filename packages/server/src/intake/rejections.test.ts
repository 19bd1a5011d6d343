import { expect, it } from 'vitest'
import { testProject } from '../dialect/collector-for-tests.ts'
import type { NewRejection } from '../store/database/report-index.ts'
import { intakeLimits } from './limits.ts'
import { Rejections } from './rejections.ts'

const rejection = (reason: string, at = 0): NewRejection => ({
  projectId: 1,
  reason,
  dialect: 'crashpad',
  at,
  sample: { headers: {}, fieldNames: [], detail: undefined, address: '192.0.2.1' },
})

async function written(given: readonly NewRejection[], count?: (one: NewRejection) => Promise<void>): Promise<NewRejection[]> {
  const all: NewRejection[] = []
  const rejections = new Rejections(
    count ??
      (async (one) => {
        all.push(one)
      }),
    intakeLimits,
    () => undefined,
  )
  for (const one of given) rejections.add(one, testProject)
  await rejections.flush()
  return all
}

it('counts all, and keeps samples of every reason although one is a flood', async () => {
  const all = await written([...Array.from({ length: 100 }, () => rejection('too_large')), rejection('bad_gzip')])
  const samplesOf = (reason: string) => all.filter((one) => one.reason === reason && one.sample !== undefined).length
  expect([all.length, samplesOf('too_large'), samplesOf('bad_gzip')]).toEqual([101, 5, 1])
})

it('keeps so many samples an hour, of a project that names many rules too', async () => {
  const hourMs = 3_600_000
  const many = Array.from({ length: 100 }, (_, i) => rejection(`rule_r${i}`))
  const all = await written([...many, rejection('rule_r1', hourMs)])
  expect(all.filter(({ sample }) => sample !== undefined)).toHaveLength(intakeLimits.rejectionSamples + 1)
})

it('goes on when the database does not take one', async () => {
  let calls = 0
  await written([rejection('a'), rejection('b')], async () => {
    calls += 1
    throw new Error('away')
  })
  expect(calls).toBe(2)
})
