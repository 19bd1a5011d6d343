import type { MemoryContents } from '@crashkeep/minidump'

/** Reads of pieces of memory that were captured. */
export interface MemoryImage {
  /** The bytes at an address up to `length`, fewer where the capture ends; none where it has nothing. */
  read(address: bigint, length: number): Uint8Array
}

export function memoryImage(pieces: readonly MemoryContents[]): MemoryImage {
  const sorted = [...pieces].sort((a, b) => (a.startAddress < b.startAddress ? -1 : 1))
  return {
    read(address, length) {
      // The last piece that begins at or before the address; pieces may overlap, so a few before it are looked at as well.
      let [low, high] = [0, sorted.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if ((sorted[middle]?.startAddress ?? 0n) <= address) low = middle + 1
        else high = middle
      }
      for (const piece of sorted.slice(Math.max(0, low - overlapping), low).reverse()) {
        const offset = address - piece.startAddress
        if (offset < BigInt(piece.bytes.length)) return piece.bytes.subarray(Number(offset), Number(offset) + length)
      }
      return new Uint8Array(0)
    },
  }
}

/** An image has a header, program headers, two or three notes, a dynamic section and a name. */
const overlapping = 8

/** Ranges without overlap, as readers of minidumps want them: stacks first, then what of the others is not in them. */
export function withoutOverlap(stacks: readonly MemoryContents[], others: readonly MemoryContents[]): MemoryContents[] {
  const kept: MemoryContents[] = []
  let end = 0n
  for (const stack of [...stacks].sort((a, b) => (a.startAddress < b.startAddress ? -1 : 1))) {
    if (stack.startAddress < end) continue
    kept.push(stack)
    end = stack.startAddress + BigInt(stack.bytes.length)
  }
  for (const other of others) {
    let parts = [other]
    for (const { startAddress, bytes } of kept) {
      parts = parts.flatMap((part) => without(part, startAddress, startAddress + BigInt(bytes.length)))
    }
    kept.push(...parts.filter((part) => part.bytes.length > 0))
  }
  return kept
}

function without(part: MemoryContents, from: bigint, to: bigint): MemoryContents[] {
  const end = part.startAddress + BigInt(part.bytes.length)
  if (end <= from || part.startAddress >= to) return [part]
  const before =
    part.startAddress < from ? [{ startAddress: part.startAddress, bytes: part.bytes.subarray(0, Number(from - part.startAddress)) }] : []
  const behind = end > to ? [{ startAddress: to, bytes: part.bytes.subarray(Number(to - part.startAddress)) }] : []
  return [...before, ...behind]
}
