/**
 * Where the bytes of a dump come from: memory, an open file, a `Blob` in a worker. `read` is synchronous, returns fewer bytes than
 * asked only at the end, none beyond it, and never throws for a position outside. The caller must not write into what it gets:
 * it may be a view into shared memory.
 */
export interface ByteSource {
  readonly size: number
  read(offset: number, length: number): Uint8Array
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(Math.max(0, offset), Math.max(0, offset) + Math.max(0, length)),
  }
}
