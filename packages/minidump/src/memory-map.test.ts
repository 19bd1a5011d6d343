import { describe, expect, it } from 'vitest'
import { bytesSource } from './byte-source.ts'
import type { MemoryMap } from './memory-map.ts'
import { readMinidump } from './read-minidump.ts'
import { synthDump } from './synth/index.ts'

/** Ranges of the given start and length; every byte is the low byte of its own address. */
function mapOf(...ranges: readonly (readonly [start: number, length: number])[]): MemoryMap {
  const memory = ranges.map(([start, length]) => ({
    startAddress: BigInt(start),
    bytes: Uint8Array.from({ length }, (_, i) => (start + i) & 0xff),
  }))
  return readMinidump(bytesSource(synthDump({ memory }))).memory
}

describe('the memory of a dump', () => {
  it('finds the range that holds an address, at both of its ends', () => {
    const memory = mapOf([0x3000, 0x10], [0x1000, 0x10])
    expect(memory.rangeAt(0x1000n)?.startAddress).toBe(0x1000n)
    expect(memory.rangeAt(0x100fn)?.startAddress).toBe(0x1000n)
    expect(memory.rangeAt(0x1010n)).toBeUndefined()
    expect(memory.rangeAt(0xfffn)).toBeUndefined()
    expect(memory.rangeAt(0x3008n)?.startAddress).toBe(0x3000n)
  })

  it('reads across ranges that touch', () => {
    expect(mapOf([0x1000, 4], [0x1004, 4]).read(0x1002n, 4)).toEqual(new Uint8Array([2, 3, 4, 5]))
  })

  it('gives nothing when a byte is missing', () => {
    const memory = mapOf([0x1000, 4], [0x1005, 4])
    expect(memory.read(0x1002n, 4)).toBeUndefined()
    expect(memory.read(0x1006n, 10)).toBeUndefined()
    expect(memory.read(0x1000n, -1)).toBeUndefined()
    expect(memory.read(0x1000n, 2 ** 40)).toBeUndefined()
  })

  it('reaches every byte of ranges that overlap or contain each other', () => {
    const memory = mapOf([0x1000, 0x20], [0x1008, 4], [0x1010, 0x30], [0x1000, 8])
    expect(memory.read(0x1000n, 0x40)).toEqual(Uint8Array.from({ length: 0x40 }, (_, i) => i))
    expect(memory.ranges).toHaveLength(4)
  })
})
