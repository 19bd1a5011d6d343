import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ModuleMap } from './module-map.ts'

test('finds modules up to their last byte, above 4 GB and at the top of the address space', () => {
  const map = new ModuleMap([
    { baseAddress: 0xffff_ffff_ffff_0000n, size: 0x1_0000 },
    { baseAddress: 0x7fff_0000_0000n, size: 0x1000 },
    { baseAddress: 0x1000n, size: 0x10 },
  ])
  expect(map.find(0x1000n)).toBe(2)
  expect(map.find(0x100fn)).toBe(2)
  expect(map.find(0x1010n)).toBe(-1)
  expect(map.find(0xfffn)).toBe(-1)
  expect([map.find(0x7fff_0000_0fffn), map.foundOffset]).toEqual([1, 0xfff])
  expect([map.find(0xffff_ffff_ffff_ffffn), map.foundOffset]).toEqual([0, 0xffff])
})

test('leaves out modules that start inside another, are empty or run over the end', () => {
  const map = new ModuleMap([
    { baseAddress: 0x1000n, size: 0x1000 },
    { baseAddress: 0x1800n, size: 0x1000 },
    { baseAddress: 0x5000n, size: 0 },
    { baseAddress: 0xffff_ffff_ffff_f000n, size: 0x2000 },
  ])
  expect(map.byAddress).toEqual([0])
  expect(map.find(0x2000n)).toBe(-1)
})

test('agrees with looking at every module', () => {
  const module = fc.record({ baseAddress: fc.bigInt({ min: 0n, max: 0x3_0000_0000n }), size: fc.integer({ min: 0, max: 0xffff_ffff }) })
  fc.assert(
    fc.property(fc.array(module, { maxLength: 20 }), fc.bigInt({ min: 0n, max: 0x5_0000_0000n }), (modules, address) => {
      const map = new ModuleMap(modules)
      const holding = map.byAddress.find((index) => {
        const { baseAddress, size } = modules[index] ?? { baseAddress: 0n, size: 0 }
        return address >= baseAddress && address < baseAddress + BigInt(size)
      })
      expect(map.find(address)).toBe(holding ?? -1)
    }),
  )
})
