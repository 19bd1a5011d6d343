import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { ByteSource } from '../byte-source.ts'

/** Most reads of a dump are small and near each other; stacks and lists are read past the cache. */
const pageBytes = 64 * 1024
const cachedPages = 16

/** A dump in a file, of any size: nothing but what is asked for is read. Throws what `fs.openSync` throws. */
export function fileSource(path: string): ByteSource & { close(): void } {
  const file = openSync(path, 'r')
  const { size } = fstatSync(file)
  const pages = new Map<number, Uint8Array>()

  function load(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const count = readSync(file, bytes, filled, length - filled, offset + filled)
      if (count === 0) break
      filled += count
    }
    return bytes.subarray(0, filled)
  }

  function page(index: number): Uint8Array {
    const bytes = pages.get(index) ?? load(index * pageBytes, Math.min(pageBytes, size - index * pageBytes))
    // A map keeps the order of insertion: the first key is the page used least recently.
    pages.delete(index)
    pages.set(index, bytes)
    if (pages.size > cachedPages) {
      const oldest = pages.keys().next()
      if (!oldest.done) pages.delete(oldest.value)
    }
    return bytes
  }

  function read(offset: number, length: number): Uint8Array {
    const start = Math.max(0, offset)
    const end = Math.min(size, start + Math.max(0, length))
    if (end <= start) return new Uint8Array(0)
    const index = Math.floor(start / pageBytes)
    const from = start - index * pageBytes
    if (end <= (index + 1) * pageBytes) return page(index).subarray(from, end - index * pageBytes)
    return load(start, end - start)
  }

  return { size, read, close: () => closeSync(file) }
}
