import { expect, test } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { partOf, SequentialBytes, WindowedBytes } from './window.ts'

const size = 5 * 2 ** 20
const whole = Uint8Array.from({ length: size }, (_, index) => (index * 7 + (index >> 8)) & 255)

/** A source that counts what is read. */
function counting(): { source: ReturnType<typeof bytesSource>; read: () => number } {
  const inner = bytesSource(whole)
  let total = 0
  const source = {
    size,
    read: (offset: number, length: number) => {
      const bytes = inner.read(offset, length)
      total += bytes.length
      return bytes
    },
  }
  return { source, read: () => total }
}

test.each([true, false])('the bytes at an offset are those of the source (random: %s)', (isRandom) => {
  const bytes = new WindowedBytes(counting().source, isRandom)
  for (let offset = 3; offset < size; offset += 123_457) {
    const at = bytes.at(offset, 5000)
    const length = Math.min(5000, size - offset)
    expect(Buffer.compare(bytes.bytes.subarray(at, at + length), whole.subarray(offset, offset + length))).toBe(0)
  }
})

test('from end to end a section is read little more than once, here and there at most three times', () => {
  const straight = counting()
  const windows = new WindowedBytes(straight.source, false)
  for (let offset = 0; offset < size; offset += 1000) windows.at(offset, 2000)
  expect(straight.read()).toBeLessThan(size * 1.1)
  const scattered = counting()
  const jumping = new WindowedBytes(scattered.source, false)
  for (let time = 0; time < 1000; time++) jumping.at((time * 2_097_593) % size, 10)
  expect(scattered.read()).toBeLessThan(size * 3.5)
})

test('a part of a file ends where the file does', () => {
  const part = partOf(bytesSource(whole), size - 10, 100)
  expect(part.size).toBe(10)
  expect([...part.read(8, 100)]).toEqual([...whole.subarray(size - 2)])
  expect(part.read(20, 5)).toHaveLength(0)
})

test.each([true, false])(
  'one window that moves has the bytes at an offset, forwards and back, also larger ones than itself (read into: %s)',
  (into) => {
    const { source } = counting()
    const readInto = (offset: number, target: Uint8Array): number => {
      const bytes = source.read(offset, target.length)
      target.set(bytes)
      return bytes.length
    }
    const section = partOf(into ? { ...source, readInto } : source, 11, size - 100)
    const bytes = new SequentialBytes(section)
    for (const offset of [0, 5000, 2 ** 20 - 10, 3 * 2 ** 20, 100, section.size - 20, section.size - 1]) {
      for (const length of [64, 3 * 2 ** 20]) {
        const at = bytes.at(offset, length)
        const there = Math.min(length, section.size - offset)
        expect(bytes.base).toBe(offset - at)
        expect(Buffer.compare(bytes.bytes.subarray(at, at + there), whole.subarray(11 + offset, 11 + offset + there))).toBe(0)
      }
    }
  },
)
