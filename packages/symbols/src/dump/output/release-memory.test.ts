import { expect, test } from 'vitest'
import { bytesSource } from '../../byte-source.ts'
import { WindowedBytes } from '../window.ts'
import { Doubles, Integers } from './number-list.ts'

test('a list that outgrows its memory gives it back and keeps its numbers', () => {
  for (const list of [new Doubles(), new Integers()]) {
    const { array } = list
    for (let count = 0; count < 100; count++) list.push(count * 3)
    expect(array.byteLength).toBe(0)
    for (let count = 0; count < 100; count++) expect(list.at(count)).toBe(count * 3)
  }
})

test('a window gives back the memory that was made for it, never that of a source in memory, and reads again', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index & 255)
  const readInto = (offset: number, target: Uint8Array): number => {
    target.set(bytes.subarray(offset, offset + target.length))
    return target.length
  }
  for (const source of [bytesSource(bytes), { ...bytesSource(bytes), readInto }]) {
    const window = new WindowedBytes(source)
    const byteAt = (offset: number): number | undefined => {
      const at = window.at(offset, 10)
      return window.bytes[at]
    }
    expect(byteAt(700)).toBe(700 & 255)
    const held = window.bytes
    window.release()
    expect(held.length).toBe('readInto' in source ? 0 : 1000)
    expect(byteAt(701)).toBe(701 & 255)
  }
  expect(bytes.length).toBe(1000)
})
