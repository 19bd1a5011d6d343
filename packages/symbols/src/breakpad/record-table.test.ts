import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Conflicts, lastAtOrBelow, type RecordTable, RecordTableBuilder, rangeAt, recordOf } from './record-table.ts'

interface Row {
  key: number
  size: number
}

const rows = fc.array(fc.record({ key: fc.nat(60), size: fc.integer({ min: 1, max: 12 }) }), { maxLength: 40 })

// The position in the file stands for the row: it is its number times ten.
function tableOf(input: Row[], conflicts: Conflicts): RecordTable {
  const builder = new RecordTableBuilder({ sizes: true, lengths: true })
  input.forEach(({ key, size }, i) => {
    builder.add(key, i * 10, size)
    builder.endLast(i * 10 + 7)
  })
  return builder.finish(conflicts)
}

test('of overlapping ranges keeps the one that starts first, and a later one that overlaps nothing kept', () => {
  const table = tableOf(
    [
      { key: 30, size: 5 },
      { key: 0, size: 10 },
      { key: 5, size: 20 },
      { key: 12, size: 4 },
    ],
    'drop-overlaps',
  )
  expect([...table.keys]).toEqual([0, 12, 30])
  expect([...table.offsets]).toEqual([10, 30, 0])
  expect([...table.lengths]).toEqual([7, 7, 7])
})

test('finds the same range as a search through all', () => {
  fc.assert(
    fc.property(rows, (input) => {
      const table = tableOf(input, 'drop-overlaps')
      const sorted = input.map((row, i) => ({ ...row, i })).sort((a, b) => a.key - b.key || a.size - b.size || a.i - b.i)
      const kept: typeof sorted = []
      for (const row of sorted) {
        const last = kept.at(-1)
        if (last === undefined || row.key >= last.key + last.size) kept.push(row)
      }
      for (let key = 0; key < 80; key++) {
        const found = rangeAt(table, key)
        const expected = kept.find((row) => key >= row.key && key < row.key + row.size)
        expect(found < 0 ? undefined : table.offsets[found]).toBe(expected === undefined ? undefined : expected.i * 10)
      }
    }),
  )
})

test('of records with one id keeps the last, whatever the order', () => {
  fc.assert(
    fc.property(rows, (input) => {
      const table = tableOf(input, 'last-wins')
      for (let key = 0; key < 65; key++) {
        const found = recordOf(table, key)
        expect(found < 0 ? -1 : (table.offsets[found] ?? 0) / 10).toBe(input.findLastIndex((row) => row.key === key))
      }
    }),
  )
})

test('keeps names that share an address, in the order of the file', () => {
  fc.assert(
    fc.property(rows, (input) => {
      const table = tableOf(input, 'keep-all')
      const expected = input.map((row, i) => ({ key: row.key, offset: i * 10 })).sort((a, b) => a.key - b.key || a.offset - b.offset)
      expect([...table.keys]).toEqual(expected.map((row) => row.key))
      expect([...table.offsets]).toEqual(expected.map((row) => row.offset))
      expect(lastAtOrBelow(table, 30)).toBe(expected.findLastIndex((row) => row.key <= 30))
    }),
  )
})

test('sorts keys of all 32 bits by their value', () => {
  const table = tableOf(
    [
      { key: 0xffff_ffff, size: 1 },
      { key: 0x8000_0000, size: 1 },
      { key: 1, size: 1 },
    ],
    'keep-all',
  )
  expect([...table.keys]).toEqual([1, 0x8000_0000, 0xffff_ffff])
})
