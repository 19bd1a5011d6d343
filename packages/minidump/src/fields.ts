/** Numbers in a piece of a dump, in the dump's byte order. Reading outside `length` throws: whoever reads has checked the size before. */
export class Fields {
  readonly length: number
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #littleEndian: boolean

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.bytes = bytes
    this.length = bytes.length
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#littleEndian = littleEndian
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset)
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, this.#littleEndian)
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, this.#littleEndian)
  }

  i32(offset: number): number {
    return this.#view.getInt32(offset, this.#littleEndian)
  }

  u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, this.#littleEndian)
  }

  /** A GUID as 32 lower-case digits, its first three fields in the dump's byte order. */
  guid(offset: number): string {
    const head = hex(this.u32(offset), 8) + hex(this.u16(offset + 4), 4) + hex(this.u16(offset + 6), 4)
    return head + hexBytes(this.bytes.subarray(offset + 8, offset + 16))
  }

  /** Text in a fixed array of UTF-16 units, up to its first NUL. */
  fixedUtf16(offset: number, units: number): string {
    let text = ''
    for (let i = 0; i < units; i++) {
      const unit = this.u16(offset + 2 * i)
      if (unit === 0) break
      text += String.fromCharCode(unit)
    }
    return text.toWellFormed()
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => hex(byte, 2))

export function hexBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += hexPairs[byte]
  return text
}
