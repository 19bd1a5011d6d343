import { expect, test } from 'vitest'
import { daysBySeries } from './days-by-series.ts'

const now = Date.UTC(2026, 10, 20, 12)

test('puts the busiest five versions apart and counts all others together', () => {
  const rows = ['1', '2', '3', '4', '5', '6', '7'].map((version, index) => ({
    day: '2026-11-19',
    version,
    count: 10 - index,
    firstDay: '2026-11-01',
  }))
  const { days, series } = daysBySeries([...rows, { day: '2026-11-20', version: null, count: 2, firstDay: null }], 3, now)
  expect(days).toEqual(['2026-11-18', '2026-11-19', '2026-11-20'])
  expect(series.map(({ version }) => version)).toEqual(['1', '2', '3', '4', '5', null])
  expect(series[0]).toEqual({ version: '1', counts: [0, 10, 0], firstDay: '2026-11-01' })
  expect(series.at(-1)?.counts).toEqual([0, 5 + 4, 2])
})

test('leaves out days before the first one asked for', () => {
  expect(daysBySeries([{ day: '2025-01-01', version: '1', count: 3, firstDay: null }], 1, now).series).toEqual([
    { version: '1', counts: [0], firstDay: null },
  ])
})
