import { type ByteSource, readMinidump } from '@crashkeep/minidump'
import { synthDump } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { processMinidump } from './process-minidump.ts'

const memory64List = 9
const gibibyte = 1024 ** 3
const base = 0x40_0000n
const stackStart = 0x7fff_0000_0000n
const stackSize = 64 * 1024
/** What lies before the stack in the file: beyond 32 bits. */
const heapSize = 5 * gibibyte
const mayReadBytes = 1024 * 1024

/** A dump with all memory of its process, 9 GiB: a small file and behind it zeros, but for the stack. Counts what is read of it. */
function fullDump(): { source: ByteSource; bytesRead: () => number } {
  const list = new DataView(new ArrayBuffer(16 + 3 * 16))
  const ranges = [
    [0x1_0000_0000n, heapSize],
    [stackStart, stackSize],
    [0x7fff_8000_0000n, 4 * gibibyte],
  ] as const
  const contents = (memoryOffset: number) => {
    list.setBigUint64(0, BigInt(ranges.length), true)
    list.setBigUint64(8, BigInt(memoryOffset), true)
    ranges.forEach(([start, size], i) => {
      list.setBigUint64(16 + i * 16, start, true)
      list.setBigUint64(24 + i * 16, BigInt(size), true)
    })
    return synthDump({
      modules: [{ baseAddress: base, size: 0x10000, name: '/bin/app' }],
      threads: [{ id: 1, context: { registers: { rip: base + 0x10n, rsp: stackStart + 16n, rbp: stackStart + 32n } } }],
      extraStreams: [{ type: memory64List, bytes: new Uint8Array(list.buffer) }],
    })
  }
  const head = contents(contents(0).length)
  const stack = new DataView(new ArrayBuffer(stackSize))
  stack.setBigUint64(32, stackStart + 64n, true)
  stack.setBigUint64(40, base + 0x1234n, true)
  const stackOffset = head.length + heapSize
  let count = 0
  const read = (offset: number, length: number): Uint8Array => {
    count += length
    const bytes = new Uint8Array(length)
    for (const [part, start] of [
      [head, 0],
      [new Uint8Array(stack.buffer), stackOffset],
    ] as const) {
      const from = Math.max(offset, start)
      const to = Math.min(offset + length, start + part.length)
      if (from < to) bytes.set(part.subarray(from - start, to - start), from - offset)
    }
    return bytes
  }
  return { source: { size: head.length + ranges.reduce((sum, [, size]) => sum + size, 0), read }, bytesRead: () => count }
}

test('of a dump of nine gigabytes no more is read than its walk needs', () => {
  const { source, bytesRead } = fullDump()
  const dump = readMinidump(source)
  expect(dump.problems).toEqual([])
  expect(dump.memory.ranges.map(({ offset }) => offset > 2 ** 32)).toEqual([false, true, true])
  const [thread] = processMinidump(dump).threads
  expect(thread?.frames.map(({ module_offset, trust }) => [module_offset, trust])).toEqual([
    ['0x0000000000000010', 'context'],
    ['0x0000000000001233', 'frame_pointer'],
  ])
  expect(bytesRead()).toBeLessThan(mayReadBytes)
})
