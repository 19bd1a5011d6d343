const newline = 0x0a
const space = 0x20
const tab = 0x09
const carriageReturn = 0x0d

/** By byte; -1 where it is no hexadecimal digit. */
export const hexValues: Int8Array = new Int8Array(256).fill(-1)
for (let i = 0; i < 16; i++) {
  hexValues[i.toString(16).charCodeAt(0)] = i
  hexValues[i.toString(16).toUpperCase().charCodeAt(0)] = i
}

const decoder = new TextDecoder('utf-8')

/** Where the line that begins at `at` ends: at its newline, or where the bytes end. */
export function lineEnd(bytes: Uint8Array, at: number): number {
  const end = bytes.indexOf(newline, at)
  return end < 0 ? bytes.length : end
}

/** Reads the fields of one line where they lie, without making strings of them. Runs of spaces count as one, as rust-minidump has it. */
export class LineCursor {
  readonly bytes: Uint8Array
  at = 0
  end = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** `end` is where the newline is; carriage returns before it are no part of the line. */
  start(at: number, end: number): void {
    while (end > at && this.bytes[end - 1] === carriageReturn) end--
    this.at = at
    this.end = end
  }

  /** A hexadecimal field, or -1. Beyond 2^53 the value is not exact, and large enough to be out of every range. */
  hex(): number {
    return this.#digits(16, 16)
  }

  /** A decimal field, or -1. */
  decimal(): number {
    return this.#digits(10, 15)
  }

  /** Whether the next field is exactly this; if so it is passed. */
  skipWord(word: string): boolean {
    this.#skipSpaces()
    const { bytes, at } = this
    const end = at + word.length
    if (end > this.end || !this.#isFieldEnd(end)) return false
    for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
    this.at = end
    return true
  }

  skipField(): void {
    this.#skipSpaces()
    while (!this.#isFieldEnd(this.at)) this.at++
  }

  word(): string {
    this.#skipSpaces()
    const from = this.at
    this.skipField()
    return decodeText(this.bytes, from, this.at)
  }

  rest(): string {
    this.#skipSpaces()
    return decodeText(this.bytes, this.at, this.end)
  }

  hasMore(): boolean {
    this.#skipSpaces()
    return this.at < this.end
  }

  #digits(base: number, maxDigits: number): number {
    this.#skipSpaces()
    const from = this.at
    let value = 0
    while (this.at < this.end) {
      const digit = hexValues[this.bytes[this.at] ?? 0] ?? -1
      if (digit < 0 || digit >= base) break
      value = value * base + digit
      this.at++
    }
    const length = this.at - from
    return length === 0 || length > maxDigits || !this.#isFieldEnd(this.at) ? -1 : value
  }

  #skipSpaces(): void {
    while (this.at < this.end && (this.bytes[this.at] === space || this.bytes[this.at] === tab)) this.at++
  }

  #isFieldEnd(at: number): boolean {
    return at >= this.end || this.bytes[at] === space || this.bytes[at] === tab
  }
}

/** Damaged UTF-8 gives replacement characters. NULs, which a crashed dumper can leave behind, become `_` as in Breakpad. */
function decodeText(bytes: Uint8Array, from: number, to: number): string {
  const text = decoder.decode(bytes.subarray(from, to))
  return text.includes('\0') ? text.replaceAll('\0', '_') : text
}
