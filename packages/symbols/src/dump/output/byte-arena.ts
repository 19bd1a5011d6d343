const chunkBytes = 1024 * 1024
/** The longest that one record of a few variable-length numbers becomes. */
const headroom = 64

/**
 * Numbers of variable length, appended one after the other in chunks: a line record takes five bytes. Values are whole, from 0 to 2^53;
 * `signed` ones may be negative.
 */
export class ByteArena {
  readonly #chunks: Uint8Array[] = []
  #bytes: Uint8Array = new Uint8Array(0)
  // Not `#`: V8's quick compiler knows no short way to write those, and these are written millions of times.
  private at = 0
  /** Where reading goes on. */
  #from: Uint8Array = new Uint8Array(0)
  #fromChunk = 0
  private fromAt = 0

  /** Where the next record will stand; good for `seek`. Call it before each record: records do not cross chunks. */
  position(): number {
    if (this.at + headroom > this.#bytes.length) this.#grow()
    return (this.#chunks.length - 1) * chunkBytes + this.at
  }

  unsigned(value: number): void {
    // A number below 0 would be read back as another one of another length, and everything behind it, too.
    if (!(value > 0)) value = 0
    const bytes = this.#bytes
    let at = this.at
    while (value > 0x7fff_ffff) {
      bytes[at++] = (value % 128) | 0x80
      value = Math.floor(value / 128)
    }
    let small = value | 0
    while (small > 127) {
      bytes[at++] = (small & 127) | 0x80
      small >>>= 7
    }
    bytes[at++] = small
    this.at = at
  }

  signed(value: number): void {
    this.unsigned(value < 0 ? -value * 2 - 1 : value * 2)
  }

  /** Marks that the next record begins: it may move to a new chunk. Must be called as often when reading as when writing. */
  next(): void {
    if (this.at + headroom > this.#bytes.length) this.#grow()
  }

  seek(position: number): void {
    this.#fromChunk = Math.floor(position / chunkBytes)
    this.#from = this.#chunks[this.#fromChunk] ?? new Uint8Array(0)
    this.fromAt = position % chunkBytes
  }

  nextRead(): void {
    if (this.fromAt + headroom <= chunkBytes) return
    this.#fromChunk++
    this.#from = this.#chunks[this.#fromChunk] ?? new Uint8Array(0)
    this.fromAt = 0
  }

  readUnsigned(): number {
    let byte = this.#from[this.fromAt++] ?? 0
    if (byte < 128) return byte
    let value = byte & 127
    let factor = 128
    do {
      byte = this.#from[this.fromAt++] ?? 0
      value += (byte & 127) * factor
      factor *= 128
    } while (byte >= 128)
    return value
  }

  readSigned(): number {
    const value = this.readUnsigned()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  /** All that was written, to hand it to another thread. */
  take(): Uint8Array[] {
    return this.#chunks
  }

  static of(chunks: Uint8Array[]): ByteArena {
    const arena = new ByteArena()
    arena.#chunks.push(...chunks)
    return arena
  }

  #grow(): void {
    this.#bytes = new Uint8Array(chunkBytes)
    this.#chunks.push(this.#bytes)
    this.at = 0
  }
}
