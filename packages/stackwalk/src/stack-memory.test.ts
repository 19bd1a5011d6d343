import { expect, test } from 'vitest'
import { maxStackChunks, stackChunkBytes } from './limits.ts'
import { StackMemory } from './stack-memory.ts'

/** Every byte is the low byte of its offset divided by 8. */
function source(size: number) {
  const lengths: number[] = []
  const read = (offset: number, length: number) => {
    lengths.push(length)
    return Uint8Array.from({ length: Math.max(0, Math.min(length, size - offset)) }, (_, index) => ((offset + index) >> 3) & 0xff)
  }
  return { lengths, read }
}

test('reads words of both widths, also across chunks, and nothing outside', () => {
  const size = stackChunkBytes * 2
  const stack = new StackMemory(source(size), { startAddress: 0x1000n, size, offset: 0 }, 8, true)
  expect(stack.readPointer(0x1000n + 16n)).toBe(0x0202_0202_0202_0202n)
  expect(stack.readPointer(0x1000n + BigInt(stackChunkBytes) - 4n)).toBe(0x0000_0000_ffff_ffffn)
  expect(stack.readPointer(0x1000n + BigInt(size) - 8n)).toBe(0xffff_ffff_ffff_ffffn)
  expect(stack.readPointer(0x1000n + BigInt(size) - 7n)).toBeUndefined()
  expect(stack.readPointer(0xfffn)).toBeUndefined()
  const narrow = new StackMemory(source(size), { startAddress: 0n, size, offset: 8 }, 4, false)
  expect(narrow.readPointer(0n)).toBe(0x0101_0101n)
})

test('reads nothing where the dump is shorter than it says', () => {
  const stack = new StackMemory(source(8), { startAddress: 0n, size: 64, offset: 0 }, 8, true)
  expect(stack.readPointer(0n)).toBe(0n)
  expect(stack.readPointer(8n)).toBeUndefined()
})

test('never asks for more than a chunk, however large the stack', () => {
  const bytes = source(Number.MAX_SAFE_INTEGER)
  const size = stackChunkBytes * (maxStackChunks + 10)
  const stack = new StackMemory(bytes, { startAddress: 0n, size, offset: 0 }, 8, true)
  for (let at = 0; at < size; at += stackChunkBytes) stack.readWord(at)
  expect(Math.max(...bytes.lengths)).toBe(stackChunkBytes + 7)
})
