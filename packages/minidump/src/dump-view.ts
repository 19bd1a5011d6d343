import type { ByteSource } from './byte-source.ts'
import { Fields } from './fields.ts'
import { maxStringBytes, maxTotalStringBytes } from './limits.ts'
import type { Location } from './location.ts'
import { ProblemList } from './problem.ts'

type Decoder = InstanceType<typeof TextDecoder>

const utf8 = new TextDecoder('utf-8')

/** A dump while it is read: its bytes, its byte order, the problems met so far, and the strings already decoded. */
export class DumpView {
  readonly source: ByteSource
  readonly littleEndian: boolean
  readonly problems: ProblemList = new ProblemList()
  readonly #utf16: Decoder
  readonly #strings = new Map<number, string>()
  #stringBytesLeft = maxTotalStringBytes

  constructor(source: ByteSource, littleEndian: boolean) {
    this.source = source
    this.littleEndian = littleEndian
    this.#utf16 = new TextDecoder(littleEndian ? 'utf-16le' : 'utf-16be')
  }

  /** The part of a location that lies in the file. */
  clip(at: Location): Location {
    if (at.rva >= this.source.size) return { rva: at.rva, size: 0 }
    return { rva: at.rva, size: Math.min(at.size, this.source.size - at.rva) }
  }

  wrap(bytes: Uint8Array): Fields {
    return new Fields(bytes, this.littleEndian)
  }

  /** Exactly `size` bytes, or `undefined`. */
  fields(rva: number, size: number): Fields | undefined {
    if (rva + size > this.source.size) return undefined
    const bytes = this.source.read(rva, size)
    return bytes.length === size ? this.wrap(bytes) : undefined
  }

  /** A record of at least `minimum` and at most `maximum` bytes; shorter is a problem of the stream. */
  record(at: Location, minimum: number, maximum: number, stream: string): Fields | undefined {
    const { size } = this.clip(at)
    if (size < minimum) {
      this.problems.add('truncated_stream', `${stream} has ${size} bytes where at least ${minimum} are needed.`, stream)
      return undefined
    }
    return this.fields(at.rva, Math.min(size, maximum))
  }

  /** MINIDUMP_STRING: byte length, UTF-16 units. Empty for rva 0; `undefined`, and a problem, for a damaged one. */
  utf16String(rva: number, stream: string): string | undefined {
    return this.#string(rva, stream, maxStringBytes, this.#utf16)
  }

  /** Crashpad's MinidumpUTF8String and MinidumpByteArray text: byte length, UTF-8. */
  utf8String(rva: number, stream: string, maximum: number = maxStringBytes): string | undefined {
    return this.#string(rva, stream, maximum, utf8)
  }

  /** A byte array with its length before it, counted among the strings. */
  byteArray(rva: number, stream: string, maximum: number): Uint8Array | undefined {
    const length = this.fields(rva, 4)?.u32(0)
    if (length === undefined || rva + 4 + length > this.source.size) {
      this.problems.add('bad_string', `${stream} refers to bytes at ${rva}, which do not lie in the file.`, stream)
      return undefined
    }
    if (length > maximum) {
      this.#leaveOut(length, stream)
      return undefined
    }
    if (!this.#takeString(length, stream)) return undefined
    return this.source.read(rva + 4, length)
  }

  /** Text without a length before it, in the dump's byte order. */
  decodeUtf16(bytes: Uint8Array): string {
    return this.#utf16.decode(bytes)
  }

  /** A string that many records share takes no memory each time, but it does in everything that is printed of them. */
  #takeString(length: number, stream: string): boolean {
    if (length > this.#stringBytesLeft) {
      this.#leaveOut(length, stream)
      return false
    }
    this.#stringBytesLeft -= length
    return true
  }

  #leaveOut(length: number, stream: string): void {
    this.problems.add('limit_reached', `${stream} refers to a string of ${length} bytes; it was left out.`, stream)
  }

  #string(rva: number, stream: string, maximum: number, decoder: Decoder): string | undefined {
    if (rva === 0) return ''
    const known = this.#strings.get(rva)
    if (known !== undefined) return this.#takeString(known.length, stream) ? known : undefined
    const bytes = this.byteArray(rva, stream, maximum)
    if (bytes === undefined) return undefined
    // Some writers count the closing NUL.
    const text = withoutTrailingNuls(decoder.decode(bytes))
    this.#strings.set(rva, text)
    return text
  }
}

export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes)
}

/** Not by `/\0+$/`: that takes quadratic time on a long run of NULs with something behind it. */
export function withoutTrailingNuls(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--
  return text.slice(0, end)
}
