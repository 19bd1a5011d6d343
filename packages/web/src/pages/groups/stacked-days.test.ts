import { describe, expect, it } from 'vitest'
import { stackDays } from './stacked-days.ts'

describe('stackDays', () => {
  it('stacks versions from the bottom up with all others on top', () => {
    const stacked = stackDays({
      days: ['2026-11-19', '2026-11-20'],
      series: [
        { version: null, counts: [1, 1], firstDay: null },
        { version: '2.0', counts: [0, 5], firstDay: '2026-11-20' },
        { version: '1.9', counts: [4, 2], firstDay: '2026-10-01' },
        { version: '1.8', counts: [0, 0], firstDay: null },
      ],
    })
    expect(stacked.layers.map(({ version, heights, total }) => [version, heights, total])).toEqual([
      ['2.0', [0, 5], 5],
      ['1.9', [4, 7], 6],
      [null, [5, 8], 2],
    ])
    expect(stacked.totals).toEqual([5, 8])
    expect(stacked.times).toEqual([1795046400, 1795132800])
  })
  it('reads a series that is too short as zeros', () => {
    expect(stackDays({ days: ['2026-11-19', '2026-11-20'], series: [{ version: '1', counts: [3], firstDay: null }] }).totals).toEqual([
      3, 0,
    ])
  })
})
