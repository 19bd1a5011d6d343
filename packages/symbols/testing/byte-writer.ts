/** Builds little-endian bytes for tests, number by number. */
export class ByteWriter {
  readonly #bytes: number[] = []

  get length(): number {
    return this.#bytes.length
  }

  u8(...values: number[]): this {
    for (const value of values) this.#bytes.push(value & 255)
    return this
  }

  u16(value: number): this {
    return this.u8(value, value >> 8)
  }

  u32(value: number): this {
    return this.u8(value, value >> 8, value >> 16, value >> 24)
  }

  u64(value: number): this {
    return this.u32(value >>> 0).u32(Math.floor(value / 0x1_0000_0000))
  }

  uleb(...values: number[]): this {
    for (let value of values) {
      for (; value > 127; value = Math.floor(value / 128)) this.u8((value % 128) | 128)
      this.u8(value)
    }
    return this
  }

  text(text: string): this {
    return this.bytes(new TextEncoder().encode(text)).u8(0)
  }

  bytes(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#bytes.push(byte)
    return this
  }

  align(to: number): this {
    while (this.length % to !== 0) this.u8(0)
    return this
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}

/** A record whose length stands before it in 32 bits. */
export function counted(body: ByteWriter): Uint8Array {
  return new ByteWriter().u32(body.length).bytes(body.done()).done()
}
