/** Numbers of a Mach-O file in its byte order. What lies outside of the bytes reads as 0: callers check sizes first. */
export class MachReader {
  readonly bytes: Uint8Array
  readonly littleEndian: boolean
  readonly #view: DataView

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.bytes = bytes
    this.littleEndian = littleEndian
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get size(): number {
    return this.bytes.length
  }

  u8(offset: number): number {
    return this.bytes[offset] ?? 0
  }

  u16(offset: number): number {
    return this.#has(offset, 2) ? this.#view.getUint16(offset, this.littleEndian) : 0
  }

  u32(offset: number): number {
    return this.#has(offset, 4) ? this.#view.getUint32(offset, this.littleEndian) : 0
  }

  /** Exact to 2^53; addresses and offsets of files are below. */
  u64(offset: number): number {
    const first = this.u32(offset)
    const second = this.u32(offset + 4)
    return this.littleEndian ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second
  }

  /** A name of a fixed field: up to 16 bytes, with zeros behind a shorter one. It stands in messages, hence no control characters. */
  fixedName(offset: number, length = 16): string {
    return printable(this.bytes, offset, Math.min(offset + length, this.bytes.length))
  }

  /** Text up to a zero byte or `end`. */
  text(offset: number, end: number): string {
    const limit = Math.min(end, this.bytes.length)
    let stop = offset
    while (stop < limit && this.bytes[stop] !== 0) stop++
    return decoder.decode(this.bytes.subarray(offset, stop))
  }

  #has(offset: number, size: number): boolean {
    return offset >= 0 && offset + size <= this.bytes.length
  }
}

const decoder = new TextDecoder()

function printable(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at++) {
    const code = bytes[at] ?? 0
    if (code === 0) break
    text += code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '?'
  }
  return text
}
