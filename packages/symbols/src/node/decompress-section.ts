import * as zlib from 'node:zlib'
import { decompress as decompressZstd } from 'fzstd'
import type { Compression } from '../dump/input.ts'

/** Decompresses a section of a debug file to at most `size` bytes. Throws where it is damaged or larger. */
export function decompressSection(kind: Compression, bytes: Uint8Array, size: number): Uint8Array {
  // One piece of memory, of the whole size.
  const options = { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size, 64) }
  if (kind === 'zlib') return zlib.inflateSync(bytes, options)
  // Node 20 has no zstd of its own.
  if (typeof zlib.zstdDecompressSync === 'function') return zlib.zstdDecompressSync(bytes, options)
  return decompressZstd(bytes, new Uint8Array(size))
}
