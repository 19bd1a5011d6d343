import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AddressRanges } from './address-ranges.ts'

test('gaps are what no range covers', () => {
  const range = fc.record({ start: fc.nat(60), size: fc.nat(12) })
  fc.assert(
    fc.property(fc.array(range, { maxLength: 8 }), range, (ranges, { start, size }) => {
      const written = new AddressRanges()
      for (const one of ranges) written.add(one.start, one.size)
      const free: number[] = []
      written.gaps(start, start + size, (from, to) => {
        for (let address = from; address < to; address++) free.push(address)
      })
      const covered = (address: number) => ranges.some((one) => address >= one.start && address < one.start + one.size)
      for (let address = 0; address < 80; address++) expect(written.covers(address)).toBe(covered(address))
      expect(free).toEqual(Array.from({ length: size }, (_, index) => start + index).filter((address) => !covered(address)))
    }),
  )
})
