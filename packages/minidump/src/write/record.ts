/** Numbers put into a record of fixed size, in the byte order of the dump: the mirror of `Fields`. */
export class RecordWriter {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly #view: DataView
  readonly #littleEndian: boolean

  constructor(size: number, littleEndian: boolean) {
    this.bytes = new Uint8Array(size)
    this.#view = new DataView(this.bytes.buffer)
    this.#littleEndian = littleEndian
  }

  u8(offset: number, value: number): void {
    this.#view.setUint8(offset, value)
  }

  u16(offset: number, value: number): void {
    this.#view.setUint16(offset, value, this.#littleEndian)
  }

  u32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, this.#littleEndian)
  }

  u64(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value, this.#littleEndian)
  }

  /** 32 hexadecimal digits, hyphens allowed. */
  guid(offset: number, digits: string): void {
    const plain = digits.replaceAll('-', '')
    this.u32(offset, Number.parseInt(plain.slice(0, 8), 16))
    this.u16(offset + 4, Number.parseInt(plain.slice(8, 12), 16))
    this.u16(offset + 6, Number.parseInt(plain.slice(12, 16), 16))
    for (let i = 0; i < 8; i++) this.u8(offset + 8 + i, Number.parseInt(plain.slice(16 + 2 * i, 18 + 2 * i), 16))
  }

  /** Cut to the array, which keeps room for its NUL. */
  fixedUtf16(offset: number, units: number, text: string): void {
    for (let i = 0; i < Math.min(text.length, units - 1); i++) this.u16(offset + 2 * i, text.charCodeAt(i))
  }
}
