import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RegisterKeeper } from './kept-registers.ts'
import { maxKeptRegisterLists } from './limits.ts'

const names = ['rip', 'rsp', 'rbp', 'rbx', 'r12']

test('keeps every value of every frame, and knows no other', () => {
  const registers = fc.array(fc.tuple(fc.constantFrom(...names), fc.bigInt(0n, 0xffff_ffff_ffff_ffffn)), { maxLength: 8 })
  fc.assert(
    fc.property(fc.array(registers, { maxLength: 50 }), (frames) => {
      const keeper = new RegisterKeeper()
      const maps = frames.map((frame) => new Map(frame))
      const kept = maps.map((map) => keeper.keep(map))
      for (const [i, map] of maps.entries()) for (const name of names) expect(kept[i]?.get(name)).toBe(map.get(name))
    }),
  )
})

test('goes on beyond the arrays that frames share', () => {
  const keeper = new RegisterKeeper()
  const kept = Array.from({ length: 10_000 }, (_, i) =>
    keeper.keep(
      new Map([
        ['rip', BigInt(i)],
        ['rsp', 7n],
      ]),
    ),
  )
  expect(kept.every((registers, i) => registers.get('rip') === BigInt(i) && registers.get('rsp') === 7n)).toBe(true)
})

test('registers in ever new orders are kept as they are', () => {
  const keeper = new RegisterKeeper()
  for (let i = 0; i < maxKeptRegisterLists * 2; i++) {
    const map = new Map([[`r${i}`, 1n]])
    expect(keeper.keep(map).get(`r${i}`)).toBe(1n)
    if (i > maxKeptRegisterLists) expect(keeper.keep(map)).toBe(map)
  }
})
