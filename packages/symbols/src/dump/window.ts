import type { ByteSource } from '../byte-source.ts'
import { maxWholeSectionBytes, maxWindows, windowBytes } from './limits.ts'
import { releaseMemory } from './output/release-memory.ts'

interface Window {
  readonly base: number
  readonly bytes: Uint8Array
  /** The memory was made here for these bytes alone. */
  readonly isOwn: boolean
}

const opened = new WeakMap<ByteSource, WindowedBytes>()

/**
 * Access to a section of any size: what is read here and there is kept whole, of what is read from end to end, and of the largest, a few windows. After `at`, the bytes stand in `bytes` at the
 * index that it gave, until the next call of `at`.
 */
export class WindowedBytes {
  readonly source: ByteSource
  bytes: Uint8Array = new Uint8Array(0)
  /** Offset in the section of the first of `bytes`. */
  base = 0
  #windows: Window[] = []
  readonly #isRandom: boolean
  #furthest = 0
  #again = 0

  /** `isRandom`: it will be read here and there, so a window would be of no use. */
  constructor(source: ByteSource, isRandom: boolean = true) {
    this.source = source
    this.#isRandom = isRandom
  }

  /** The same for the same source, so that what is shared is read once. */
  static of(source: ByteSource, isRandom: boolean = true): WindowedBytes {
    let bytes = opened.get(source)
    if (bytes === undefined) {
      bytes = new WindowedBytes(source, isRandom)
      opened.set(source, bytes)
    }
    return bytes
  }

  get size(): number {
    return this.source.size
  }

  /** Index in `bytes` of `offset`. From there `length` bytes are present, or those up to the end of the section. */
  at(offset: number, length: number): number {
    const end = Math.min(offset + length, this.source.size)
    const index = offset - this.base
    if (index >= 0 && index < this.bytes.length && end - this.base <= this.bytes.length) return index
    return this.#move(offset, end)
  }

  #move(offset: number, end: number): number {
    let found = this.#windows.find(({ base, bytes }) => offset >= base && offset < base + bytes.length && end <= base + bytes.length)
    if (found === undefined) {
      const { size } = this.source
      const isWhole = this.#isWhole()
      const base = isWhole ? 0 : Math.max(0, Math.min(offset, size))
      const length = isWhole ? size : Math.max(windowBytes, end - base)
      const bytes = readFrom(this.source, base, Math.min(length, size - base))
      if (base + windowBytes / 2 < this.#furthest) this.#again += bytes.length
      this.#furthest = Math.max(this.#furthest, base + bytes.length)
      // One kind of array everywhere: a Buffer would make each access slower.
      found = { base, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), isOwn: this.source.readInto !== undefined }
      if (isWhole) this.#windows = []
      if (this.#windows.length >= maxWindows) this.#windows.shift()
      this.#windows.push(found)
    }
    this.bytes = found.bytes
    this.base = found.base
    return offset - found.base
  }

  /** Gives the memory back, now. Nobody may hold what `bytes` was. What is wanted later is read again. */
  release(): void {
    for (const { bytes, isOwn } of this.#windows) if (isOwn) releaseMemory(bytes)
    this.#windows = []
    this.bytes = new Uint8Array(0)
    this.base = 0
  }

  /** A section of which a quarter was read again is not read from end to end. */
  #isWhole(): boolean {
    const { size } = this.source
    return size <= windowBytes || (size <= maxWholeSectionBytes && (this.#isRandom || this.#again * 4 > size))
  }
}

/**
 * A section that is read from end to end by one reader: a window that moves, always in the same memory. Windows that are made anew stay until the
 * next collection of garbage, and of a section of 50 MB that is all of it. What `at` gave is gone after the next call.
 */
export class SequentialBytes {
  bytes: Uint8Array = new Uint8Array(0)
  base = 0
  readonly #source: ByteSource
  #buffer = new Uint8Array(0)

  constructor(source: ByteSource) {
    this.#source = source
  }

  /** As that of `WindowedBytes`. */
  at(offset: number, length: number): number {
    const { size } = this.#source
    const end = Math.min(offset + length, size)
    if (offset < this.base || end > this.base + this.bytes.length)
      this.#move(offset, Math.min(Math.max(end - offset, windowBytes), size - offset))
    return offset - this.base
  }

  /** As that of `WindowedBytes`. */
  release(): void {
    releaseMemory(this.#buffer)
    this.#buffer = new Uint8Array(0)
    this.bytes = this.#buffer
    this.base = 0
  }

  #move(offset: number, length: number): void {
    const source = this.#source
    this.base = offset
    // Of what is in memory already a part is no copy.
    if (source.readInto === undefined) {
      const bytes = source.read(offset, length)
      this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return
    }
    if (length > this.#buffer.length) {
      releaseMemory(this.#buffer)
      this.#buffer = new Uint8Array(length)
    }
    this.bytes = this.#buffer.subarray(0, length)
    const count = source.readInto(offset, this.bytes)
    if (count < length) this.bytes = this.#buffer.subarray(0, count)
  }
}

function readFrom(source: ByteSource, offset: number, length: number): Uint8Array {
  if (source.readInto === undefined) return source.read(offset, length)
  const bytes = new Uint8Array(length)
  const count = source.readInto(offset, bytes)
  return count === length ? bytes : bytes.subarray(0, count)
}

/** A part of a file as a source of its own. */
export function partOf(source: ByteSource, offset: number, size: number): ByteSource {
  const start = Math.min(Math.max(offset, 0), source.size)
  const length = Math.max(0, Math.min(size, source.size - start))
  const read: ByteSource['read'] = (at, count) => source.read(start + at, Math.max(0, Math.min(count, length - at)))
  if (source.readInto === undefined) return { size: length, read }
  const readInto: ByteSource['readInto'] = (at, target) =>
    source.readInto?.(start + at, target.subarray(0, Math.max(0, Math.min(target.length, length - at)))) ?? 0
  return { size: length, read, readInto }
}
