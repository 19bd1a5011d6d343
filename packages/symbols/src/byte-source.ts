/** Where bytes come from: a file descriptor, a Blob in a worker, an array. Synchronous, because a stack walk is. */
export interface ByteSource {
  readonly size: number
  /** Fewer bytes than asked only where the source ends. */
  read(offset: number, length: number): Uint8Array
  /** Optional shortcut without an allocation, for reading a large source from end to end. Returns how many bytes were written. */
  readInto?(offset: number, target: Uint8Array): number
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset: number, length: number): Uint8Array {
      return bytes.subarray(offset, offset + length)
    },
  }
}
