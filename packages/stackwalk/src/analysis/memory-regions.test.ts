import { expect, test } from 'vitest'
import { MemoryRegions } from './memory-regions.ts'

const region = (start: bigint, last: bigint) => ({ start, last, readable: true, writable: false, executable: false })

test('of regions that overlap the one that starts first stays; empty and impossible ones are left out', () => {
  const regions = new MemoryRegions([
    region(0x2000n, 0x2fffn),
    region(0x1000n, 0x27ffn),
    region(0x5000n, 0x4fffn),
    region(0xffff_ffff_ffff_f000n, 1n << 64n),
  ])
  expect(regions.all).toEqual([region(0x1000n, 0x27ffn)])
})

test('finds the region of an address by both of its ends', () => {
  const regions = new MemoryRegions([region(0x1000n, 0x1fffn), region(0x3000n, 0xffff_ffff_ffff_ffffn)])
  const at = (address: bigint) => regions.indexAt(address)
  expect([0xfffn, 0x1000n, 0x1fffn, 0x2000n, 0x3000n, 0xffff_ffff_ffff_ffffn].map(at)).toEqual([-1, 0, 0, -1, 1, 1])
})
