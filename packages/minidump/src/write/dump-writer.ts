import { directoryEntrySize, formatVersion, headerSize, signature } from '../header.ts'
import type { Location } from '../location.ts'
import { RecordWriter } from './record.ts'

export interface HeaderContents {
  readonly version?: number
  readonly timestamp?: number
  readonly flags?: bigint
}

/**
 * A dump while it is written. The directory comes first and its size is fixed at the start, so everything after it keeps the place
 * it got: what a record refers to is appended before the record.
 */
export class DumpWriter {
  readonly littleEndian: boolean
  /** Four bytes between the count of a list and its entries, as Breakpad once wrote them. */
  readonly paddedLists: boolean
  readonly #parts: Uint8Array[] = []
  readonly #placed = new Map<Uint8Array, Location>()
  readonly #directory: { readonly type: number; readonly at: Location }[] = []
  readonly #start: number
  #size: number

  constructor(streamCount: number, littleEndian: boolean, paddedLists: boolean) {
    this.littleEndian = littleEndian
    this.paddedLists = paddedLists
    this.#start = headerSize + streamCount * directoryEntrySize
    this.#size = this.#start
  }

  record(size: number): RecordWriter {
    return new RecordWriter(size, this.littleEndian)
  }

  /** Starts at a multiple of eight. The same array a second time, as a stack is in the list of threads and in that of memory, is written once. */
  append(bytes: Uint8Array): Location {
    const before = this.#placed.get(bytes)
    if (before !== undefined) return before
    const padding = -this.#size & 7
    const rva = this.#size + padding
    if (rva + bytes.length > 0xffffffff) throw new RangeError('A minidump refers to places within 4 GiB only.')
    this.#parts.push(new Uint8Array(padding), bytes)
    this.#size = rva + bytes.length
    const at = { rva, size: bytes.length }
    this.#placed.set(bytes, at)
    return at
  }

  addStream(type: number, bytes: Uint8Array): void {
    this.#directory.push({ type, at: this.append(bytes) })
  }

  /** A list behind a 32-bit count; `write` fills the entry that begins at the offset it is given. */
  countedList<T>(items: readonly T[], entrySize: number, write: (record: RecordWriter, offset: number, item: T) => void): Uint8Array {
    const header = this.paddedLists ? 8 : 4
    const record = this.record(header + items.length * entrySize)
    record.u32(0, items.length)
    items.forEach((item, i) => {
      write(record, header + i * entrySize, item)
    })
    return record.bytes
  }

  location(record: RecordWriter, offset: number, at: Location | undefined): void {
    record.u32(offset, at?.size ?? 0)
    record.u32(offset + 4, at?.rva ?? 0)
  }

  /** MINIDUMP_STRING; returns its rva. */
  utf16String(text: string): number {
    const record = this.record(4 + 2 * text.length + 2)
    record.u32(0, 2 * text.length)
    for (let i = 0; i < text.length; i++) record.u16(4 + 2 * i, text.charCodeAt(i))
    return this.append(record.bytes).rva
  }

  utf8String(text: string): number {
    return this.byteArray(new TextEncoder().encode(text), 1)
  }

  byteArray(bytes: Uint8Array, terminatorBytes: number = 0): number {
    const record = this.record(4 + bytes.length + terminatorBytes)
    record.u32(0, bytes.length)
    record.bytes.set(bytes, 4)
    return this.append(record.bytes).rva
  }

  finish(header: HeaderContents): Uint8Array<ArrayBuffer> {
    const record = this.record(this.#size)
    record.u32(0, signature)
    record.u32(4, header.version ?? formatVersion)
    record.u32(8, this.#directory.length)
    record.u32(12, headerSize)
    record.u32(20, header.timestamp ?? 0)
    record.u64(24, header.flags ?? 0n)
    this.#directory.forEach(({ type, at }, i) => {
      record.u32(headerSize + i * directoryEntrySize, type)
      this.location(record, headerSize + i * directoryEntrySize + 4, at)
    })
    let offset = this.#start
    for (const part of this.#parts) {
      record.bytes.set(part, offset)
      offset += part.length
    }
    return record.bytes
  }
}
