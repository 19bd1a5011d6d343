import fc from 'fast-check'
import { expect, it } from 'vitest'
import { NameTable } from './name-table.ts'

it('finds what was added and not removed, as a map of lists would', () => {
  const names = fc.integer({ min: 0, max: 3000 }).map(String)
  const steps = fc.array(fc.record({ add: fc.boolean(), name: names, record: fc.integer({ min: 0, max: 3 }) }), {
    maxLength: 4000,
    size: 'max',
  })
  fc.assert(
    fc.property(steps, (all) => {
      const table = new NameTable()
      const expected = new Map<string, number[]>()
      for (const { add, name, record } of all) {
        const known = expected.get(name) ?? []
        if (add) {
          table.add(name, { segment: 1, record })
          expected.set(name, [...known, record].sort())
        } else {
          table.remove(name, { segment: 1, record })
          if (known.includes(record)) expected.set(name, known.toSpliced(known.indexOf(record), 1))
        }
      }
      for (const [name, records] of expected) expect(table.find(name).map((ref) => ref.record)).toEqual(records)
      expect(table.size).toBe([...expected.values()].reduce((sum, { length }) => sum + length, 0))
    }),
    { numRuns: 20 },
  )
})

it('takes some 50 bytes for a name, and forgets a backlog that is over', () => {
  const table = new NameTable()
  for (let record = 0; record < 100_000; record += 1) table.add(`name ${record}`, { segment: 7, record })
  expect(table.bytes / table.size).toBeLessThan(54)
  expect(table.find('name 70000')).toEqual([{ segment: 7, record: 70_000 }])
  for (let record = 0; record < 100_000; record += 1) table.remove(`name ${record}`, { segment: 7, record })
  expect([table.size, table.bytes]).toEqual([0, 16 * 1024])
})
