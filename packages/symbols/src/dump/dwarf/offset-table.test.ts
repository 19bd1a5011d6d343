import { expect, test } from 'vitest'
import { OffsetTable, unknownOffset } from './offset-table.ts'

test('keeps a number for each offset, however many there are, until it is cleared', () => {
  const table = new OffsetTable()
  for (let round = 0; round < 2; round++) {
    expect(table.get(0)).toBe(unknownOffset)
    for (let count = 0; count < 50_000; count++) table.set(count * 7, count - 1)
    for (let count = 0; count < 50_000; count += 13) expect(table.get(count * 7)).toBe(count - 1)
    expect([table.get(1), table.get(50_000 * 7), table.get(2 ** 30)]).toEqual([unknownOffset, unknownOffset, unknownOffset])
    table.clear()
  }
  table.set(2 ** 30, 5)
  expect([table.get(2 ** 30), table.get(7)]).toEqual([5, unknownOffset])
})
