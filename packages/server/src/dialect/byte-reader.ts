/** Lines and runs of bytes out of a body, whose chunks end anywhere. What is taken as a run is never held as a whole. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Uint8Array = new Uint8Array()
  #ended = false
  /** Whether a run had fewer bytes than it was said to have. */
  brokeOff = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Whether everything was taken. */
  async atEnd(): Promise<boolean> {
    while (this.#held.length === 0 && !this.#ended) await this.#more()
    return this.#held.length === 0
  }

  /** Up to the next line feed, without it; undefined when it is longer than `maxBytes`. The last line needs no line feed. */
  async line(maxBytes: number): Promise<Buffer | undefined> {
    const pieces: Uint8Array[] = []
    let length = 0
    while (!(await this.atEnd())) {
      const end = this.#held.indexOf(0x0a)
      const piece = this.#held.subarray(0, end < 0 ? undefined : end)
      length += piece.length
      if (length > maxBytes) return undefined
      pieces.push(piece)
      this.#held = this.#held.subarray(end < 0 ? piece.length : end + 1)
      if (end >= 0) break
    }
    return Buffer.concat(pieces)
  }

  /** Exactly so many bytes, or fewer at the end. They are taken also when the caller stops early. */
  async *run(length: number): AsyncGenerator<Uint8Array> {
    let left = length
    try {
      while (left > 0 && !(await this.atEnd())) {
        const piece = this.#held.subarray(0, left)
        left -= piece.length
        this.#held = this.#held.subarray(piece.length)
        yield piece
      }
    } finally {
      while (left > 0 && !(await this.atEnd())) {
        const passed = Math.min(left, this.#held.length)
        left -= passed
        this.#held = this.#held.subarray(passed)
      }
      if (left > 0) this.brokeOff = true
    }
  }

  /** All that is left. */
  async *rest(): AsyncGenerator<Uint8Array> {
    while (!(await this.atEnd())) {
      const piece = this.#held
      this.#held = new Uint8Array()
      yield piece
    }
  }

  /** So many bytes in memory; shorter at the end. */
  async bytes(length: number): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    for await (const piece of this.run(length)) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  /** As a run, up to the next line feed, which is taken, too. */
  async *runOfLine(): AsyncGenerator<Uint8Array> {
    while (!(await this.atEnd())) {
      const end = this.#held.indexOf(0x0a)
      const piece = this.#held.subarray(0, end < 0 ? undefined : end)
      this.#held = this.#held.subarray(end < 0 ? piece.length : end + 1)
      if (piece.length > 0) yield piece
      if (end >= 0) return
    }
  }

  /** Takes the next byte if it is this one. */
  async skip(byte: number): Promise<boolean> {
    if ((await this.atEnd()) || this.#held[0] !== byte) return false
    this.#held = this.#held.subarray(1)
    return true
  }

  async #more(): Promise<void> {
    const next = await this.#source.next()
    if (next.done === true) this.#ended = true
    else this.#held = next.value
  }
}
