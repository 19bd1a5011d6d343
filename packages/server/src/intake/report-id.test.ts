import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { isReportId, makeReportId, timeOfReportId } from './report-id.ts'

it('makes ids of 36 hexadecimal digits that sort by time and tell it', () => {
  const times = [0, 1, 1_700_000_000_000, 1_700_000_000_001, 2 ** 48 - 1]
  const ids = times.map((time) => makeReportId(time, randomBytes))
  expect(ids.every(isReportId)).toBe(true)
  expect([...ids].sort()).toEqual(ids)
  expect(ids.map(timeOfReportId)).toEqual(times)
})
