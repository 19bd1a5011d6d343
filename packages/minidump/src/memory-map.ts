import type { DumpView } from './dump-view.ts'
import { maxMemoryReadBytes } from './limits.ts'

/** Bytes of the process's memory that the dump holds: where they were, and where they are in the file. */
export interface MemoryRange {
  readonly startAddress: bigint
  readonly size: number
  readonly offset: number
}

export interface MemoryMap {
  /** Sorted by start address. */
  readonly ranges: readonly MemoryRange[]
  /** The range that holds this address. Where two overlap, the one that starts first. */
  rangeAt(address: bigint): MemoryRange | undefined
  /** All `length` bytes, also across ranges that touch each other, or `undefined`. */
  read(address: bigint, length: number): Uint8Array | undefined
}

const addressLimit = 1n << 64n

/** A range for one descriptor, cut at the end of the file. `undefined`, and a problem, when nothing of it is there. */
export function memoryRange(dump: DumpView, startAddress: bigint, size: number, offset: number, stream: string): MemoryRange | undefined {
  if (size === 0) return undefined
  const available = Math.min(size, dump.source.size - offset)
  if (available <= 0 || startAddress + BigInt(size) > addressLimit) {
    const message = `The memory at 0x${startAddress.toString(16)} (${size} bytes) does not lie in the file or in the address space.`
    dump.problems.add('bad_memory_range', message, stream)
    return undefined
  }
  if (available < size) {
    const message = `Of the ${size} bytes of memory at 0x${startAddress.toString(16)} the file has ${available}.`
    dump.problems.add('bad_memory_range', message, stream)
  }
  return { startAddress, size: available, offset }
}

export function memoryMap(dump: DumpView, unsorted: readonly MemoryRange[]): MemoryMap {
  const ranges = [...unsorted].sort((a, b) =>
    a.startAddress < b.startAddress ? -1 : a.startAddress > b.startAddress ? 1 : b.size - a.size,
  )
  const disjoint = withoutOverlaps(ranges)
  const rangeAt = (address: bigint): MemoryRange | undefined => findRange(disjoint, address)
  return { ranges, rangeAt, read: (address, length) => readMemory(dump, rangeAt, address, length) }
}

/** What a range has beyond the one before it is kept, so that no byte of the dump is out of reach. */
function withoutOverlaps(sorted: readonly MemoryRange[]): MemoryRange[] {
  const disjoint: MemoryRange[] = []
  let end = 0n
  for (const range of sorted) {
    const rangeEnd = range.startAddress + BigInt(range.size)
    if (rangeEnd <= end) continue
    const cut = range.startAddress < end ? Number(end - range.startAddress) : 0
    disjoint.push(cut === 0 ? range : { startAddress: end, size: range.size - cut, offset: range.offset + cut })
    end = rangeEnd
  }
  return disjoint
}

function findRange(disjoint: readonly MemoryRange[], address: bigint): MemoryRange | undefined {
  let low = 0
  let high = disjoint.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const range = disjoint[middle]
    if (range !== undefined && range.startAddress <= address) low = middle + 1
    else high = middle
  }
  const range = disjoint[low - 1]
  return range !== undefined && address < range.startAddress + BigInt(range.size) ? range : undefined
}

function readMemory(
  dump: DumpView,
  rangeAt: (address: bigint) => MemoryRange | undefined,
  address: bigint,
  length: number,
): Uint8Array | undefined {
  if (length < 0 || length > maxMemoryReadBytes) return undefined
  const first = rangeAt(address)
  if (first === undefined) return undefined
  const skip = Number(address - first.startAddress)
  if (first.size - skip >= length) return dump.source.read(first.offset + skip, length)
  const bytes = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const at = address + BigInt(filled)
    const range = rangeAt(at)
    if (range === undefined) return undefined
    const from = Number(at - range.startAddress)
    const part = dump.source.read(range.offset + from, Math.min(range.size - from, length - filled))
    if (part.length === 0) return undefined
    bytes.set(part, filled)
    filled += part.length
  }
  return bytes
}
