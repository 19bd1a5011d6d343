import type { ByteSource } from '@crashkeep/minidump'

/** A part of a Blob costs a message to another process of the browser: small reads share a chunk. */
const chunkBytes = 1 << 20

/** Bytes held at most: a symbol file is read from end to end once, a dump here and there. */
const maxChunks = 32

/** Only workers have it, which is why the walk has to run in one. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer }

/**
 * The bytes of a `Blob` or `File`, read when they are needed, also of one that is larger than memory. Works in a Worker only. Throws
 * what `FileReaderSync` throws when the file has changed since it was chosen.
 */
export function blobSource(blob: Blob): ByteSource {
  const reader = new FileReaderSync()
  const chunks = new Map<number, Uint8Array>()
  const readBlob = (start: number, end: number) => new Uint8Array(reader.readAsArrayBuffer(blob.slice(start, end)))
  const chunk = (index: number): Uint8Array => {
    const known = chunks.get(index)
    if (known !== undefined) return known
    const bytes = readBlob(index * chunkBytes, Math.min(blob.size, (index + 1) * chunkBytes))
    if (chunks.size >= maxChunks) chunks.clear()
    chunks.set(index, bytes)
    return bytes
  }
  return {
    size: blob.size,
    read(offset, length) {
      const start = Math.min(Math.max(0, offset), blob.size)
      const end = Math.min(blob.size, start + Math.max(0, length))
      if (start === end) return new Uint8Array(0)
      const index = Math.floor(start / chunkBytes)
      if (end > (index + 1) * chunkBytes) return readBlob(start, end)
      return chunk(index).subarray(start - index * chunkBytes, end - index * chunkBytes)
    },
  }
}
