import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteArena } from './byte-arena.ts'

test('numbers come back as they were written, over all chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.maxSafeNat(), fc.integer(), fc.nat(100)), { maxLength: 300 }), (records) => {
      const arena = new ByteArena()
      const repeats = 40
      const start = arena.position()
      for (let time = 0; time < repeats; time++) {
        for (const [first, second, third] of records) {
          arena.next()
          arena.unsigned(first)
          arena.signed(second)
          arena.unsigned(third)
        }
      }
      arena.seek(start)
      for (let time = 0; time < repeats; time++) {
        for (const record of records) {
          arena.nextRead()
          const read = [arena.readUnsigned(), arena.readSigned(), arena.readUnsigned()]
          if (read.some((value, index) => value !== record[index])) return false
        }
      }
      return true
    }),
    { numRuns: 30 },
  )
})

test('a record after the end of a chunk is found by its position', () => {
  const arena = new ByteArena()
  const positions: number[] = []
  for (let value = 0; value < 300_000; value++) {
    positions.push(arena.position())
    arena.unsigned(2 ** 40 + value)
  }
  for (const value of [0, 1, 149_796, 149_797, 174_000, 299_999]) {
    arena.seek(positions[value] ?? 0)
    arena.nextRead()
    expect(arena.readUnsigned()).toBe(2 ** 40 + value)
  }
})
