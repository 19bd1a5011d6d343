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
