import { Damage } from './problem.ts'

/** Reads numbers of either byte order from bytes, forwards. Reading past `end` throws `Damage`. */
export class Cursor {
  bytes: Uint8Array
  position: number
  end: number
  readonly littleEndian: boolean

  constructor(bytes: Uint8Array, position: number, end: number, littleEndian: boolean) {
    this.bytes = bytes
    this.position = position
    this.end = Math.min(end, bytes.length)
    this.littleEndian = littleEndian
  }

  /** Moves over `count` bytes and tells where they begin. */
  skip(count: number): number {
    const at = this.position
    if (count < 0 || count > this.end - at) throw ended()
    this.position = at + count
    return at
  }

  u8(): number {
    if (this.position >= this.end) throw ended()
    return this.bytes[this.position++] ?? 0
  }

  i8(): number {
    return (this.u8() << 24) >> 24
  }

  u16(): number {
    const at = this.skip(2)
    const first = this.bytes[at] ?? 0
    const second = this.bytes[at + 1] ?? 0
    return this.littleEndian ? first | (second << 8) : (first << 8) | second
  }

  u24(): number {
    const at = this.skip(3)
    const bytes = this.bytes
    return this.littleEndian
      ? (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
      : ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
  }

  i32(): number {
    const at = this.skip(4)
    const bytes = this.bytes
    return this.littleEndian
      ? (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
      : ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
  }

  u32(): number {
    return this.i32() >>> 0
  }

  /** Exact to 2^53. */
  u64(): number {
    const first = this.u32()
    const second = this.u32()
    return this.littleEndian ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second
  }

  /** Signed, so that addresses at the upper end (kernels, and -1 for what was removed) are exact, too: they become negative. */
  i64(): number {
    if (this.littleEndian) {
      const low = this.u32()
      return this.i32() * 0x1_0000_0000 + low
    }
    const high = this.i32()
    return high * 0x1_0000_0000 + this.u32()
  }

  /** An address: of four bytes from 0 up, of eight bytes signed. */
  address(size: number): number {
    if (size === 8) return this.i64()
    if (size === 4) return this.u32()
    if (size === 2) return this.u16()
    if (size === 1) return this.u8()
    throw new Damage('bad_address_size', `Addresses of ${size} bytes are unknown.`)
  }

  /** An offset of 32-bit or 64-bit DWARF. */
  offset(size: 4 | 8): number {
    return size === 8 ? this.u64() : this.u32()
  }

  uleb(): number {
    let byte = this.u8()
    if (byte < 128) return byte
    let value = byte & 127
    let factor = 128
    do {
      byte = this.u8()
      value += (byte & 127) * factor
      factor *= 128
    } while (byte >= 128)
    return value
  }

  sleb(): number {
    let byte = this.u8()
    let value = byte & 127
    let factor = 128
    while (byte >= 128) {
      byte = this.u8()
      value += (byte & 127) * factor
      factor *= 128
    }
    return (byte & 0x40) !== 0 ? value - factor : value
  }

  skipLeb(): void {
    while (this.u8() >= 128);
  }

  /** Moves behind the zero that ends a string; the string itself ends one byte before. */
  skipString(): number {
    const at = this.position
    const end = this.bytes.indexOf(0, at)
    if (end < 0 || end >= this.end) throw ended()
    this.position = end + 1
    return at
  }

  string(): string {
    const at = this.skipString()
    return new TextDecoder().decode(this.bytes.subarray(at, this.position - 1))
  }
}

function ended(): Damage {
  return new Damage('truncated', 'A record goes on behind the end of its section.')
}
