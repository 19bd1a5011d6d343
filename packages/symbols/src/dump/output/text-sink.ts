const chunkBytes = 64 * 1024
const space = 0x20
const newline = 0x0a
const quote = 0x60

/** Builds text as bytes, in chunks of 64 KiB, without a string per line. Addresses are doubles, exact to 2^53. */
export class TextSink {
  readonly #write: (chunk: Uint8Array) => void
  readonly #lends: boolean
  #bytes = new Uint8Array(chunkBytes)
  // Not `#`: V8's quick compiler knows no short way to write those, and these are written millions of times.
  private length = 0
  #encoder = new TextEncoder()

  /** `write` owns each chunk that it gets; where they are lent, it has them until it returns. */
  constructor(write: (chunk: Uint8Array) => void, lends: boolean = false) {
    this.#write = write
    this.#lends = lends
  }

  text(text: string): void {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code > 0x7f) {
        this.bytes(this.#encoder.encode(text.slice(index)))
        return
      }
      this.#byte(code)
    }
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length > chunkBytes) {
      this.flush()
      this.#write(bytes.slice())
      return
    }
    if (this.length + bytes.length > chunkBytes) this.flush()
    const own = this.#bytes
    let at = this.length
    // Faster than `set` for the few bytes of a rule.
    for (let index = 0; index < bytes.length; index++) own[at++] = bytes[index] ?? 0
    this.length = at
  }

  /** Text as a chunk of its own, which is not copied. */
  whole(chunk: Uint8Array): void {
    this.flush()
    this.#write(chunk)
  }

  /** A name from a file: control characters would begin a new line, so they become spaces. */
  name(text: string): void {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code < 0x20 || code > 0x7e) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is meant.
        this.text(text.slice(index).replaceAll(/[\0-\x1f\x7f]/g, ' '))
        return
      }
      this.#byte(code)
    }
  }

  /** The same from bytes, if they are printable ASCII without the quotes that Microsoft puts into names; if not, nothing is written. */
  plainName(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > chunkBytes) return false
    if (this.length + end - start > chunkBytes) this.flush()
    const own = this.#bytes
    let at = this.length
    for (let index = start; index < end; index++) {
      const byte = bytes[index] ?? 0
      if (byte < 0x20 || byte > 0x7e || byte === quote) return false
      own[at++] = byte
    }
    this.length = at
    return true
  }

  space(): void {
    this.#byte(space)
  }

  newline(): void {
    this.#byte(newline)
  }

  /** A number of at most 53 bits in lower-case hexadecimal digits. */
  hex(value: number): void {
    if (this.length + 16 > chunkBytes) this.flush()
    if (value > 0xffff_ffff) {
      const high = Math.floor(value / 0x1_0000_0000)
      this.#hexDigits(high, hexLength(high))
      this.#hexDigits(value >>> 0, 8)
    } else {
      this.#hexDigits(value, hexLength(value))
    }
  }

  decimal(value: number): void {
    if (this.length + 16 > chunkBytes) this.flush()
    if (value > 0x7fff_ffff) {
      this.text(String(value))
      return
    }
    let count = 1
    for (let rest = (value / 10) | 0; rest > 0; rest = (rest / 10) | 0) count++
    let at = this.length + count
    this.length = at
    let rest = value | 0
    do {
      const next = (rest / 10) | 0
      this.#bytes[--at] = 0x30 + rest - next * 10
      rest = next
    } while (rest > 0)
  }

  flush(): void {
    if (this.length === 0) return
    this.#write(this.#lends ? this.#bytes.subarray(0, this.length) : this.#bytes.slice(0, this.length))
    this.length = 0
  }

  #byte(value: number): void {
    if (this.length === chunkBytes) this.flush()
    this.#bytes[this.length++] = value
  }

  #hexDigits(value: number, count: number): void {
    const bytes = this.#bytes
    let at = this.length
    for (let shift = (count - 1) * 4; shift >= 0; shift -= 4) {
      const digit = (value >>> shift) & 15
      bytes[at++] = digit + (digit < 10 ? 0x30 : 0x57)
    }
    this.length = at
  }
}

function hexLength(value: number): number {
  return value === 0 ? 1 : 8 - (Math.clz32(value) >> 2)
}
