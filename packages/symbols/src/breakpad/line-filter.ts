import { hexValues } from './line-cursor.ts'

const newline = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const tab = 0x09
const letterI = 0x49
const inline = new TextEncoder().encode('INLINE')
/** Depth, line of the call and origin come before the first pair, and in the newer form the file of the call. */
const firstPair = 3
/** Digits that fit into 32 bits. */
const maxDigits = 8

/**
 * Tells which lines of a function may hold an address, without taking them apart: of a hundred, one or two do. Whatever is not written
 * as dumpers write it may; the proper reading decides.
 */
export class LineFilter {
  /** Where the line asked about last ends. */
  end = 0
  readonly #bytes: Uint8Array
  readonly #address: number

  /** The address is below 2^32. */
  constructor(bytes: Uint8Array, address: number) {
    this.#bytes = bytes
    this.#address = address
  }

  mayHold(at: number): boolean {
    return this.#bytes[at] === letterI ? this.#inline(at) : this.#line(at)
  }

  /** `<address> <size> …` */
  #line(at: number): boolean {
    const bytes = this.#bytes
    let end = at
    let start = 0
    for (let digit = hexValues[bytes[end] ?? newline] ?? -1; digit >= 0; digit = hexValues[bytes[++end] ?? newline] ?? -1) {
      start = (start << 4) | digit
    }
    let isPlain = end > at && end - at <= maxDigits && bytes[end] === space
    start >>>= 0
    let mayHold = start <= this.#address
    if (isPlain && mayHold) {
      const sizeAt = ++end
      let size = 0
      for (let digit = hexValues[bytes[end] ?? newline] ?? -1; digit >= 0; digit = hexValues[bytes[++end] ?? newline] ?? -1) {
        size = (size << 4) | digit
      }
      isPlain = end > sizeAt && end - sizeAt <= maxDigits && bytes[end] === space
      mayHold = this.#address - start < size >>> 0
    }
    while (end < bytes.length && bytes[end] !== newline) end++
    this.end = end
    return mayHold || !isPlain
  }

  /** `INLINE …(<address> <size>)+`: whatever comes before, the last two fields are a pair, and so are those two before them. */
  #inline(at: number): boolean {
    const bytes = this.#bytes
    const address = this.#address
    let isPlain = true
    for (let i = 1; i < inline.length; i++) if (bytes[at + i] !== inline[i]) isPlain = false
    let end = isPlain ? at + inline.length : at
    // One bit for pairs that begin at an even field, one for an odd field.
    let held = 0
    let fields = 0
    let before = 0
    for (;;) {
      const byte = bytes[end] ?? newline
      if (byte === newline) break
      const fieldAt = end
      let value = 0
      for (let digit = hexValues[byte] ?? -1; digit >= 0; digit = hexValues[bytes[++end] ?? newline] ?? -1) value = (value << 4) | digit
      if (end === fieldAt) {
        if (byte !== space && byte !== tab && (byte !== carriageReturn || (bytes[end + 1] ?? newline) !== newline)) isPlain = false
        end++
        continue
      }
      if (end - fieldAt > maxDigits) isPlain = false
      value >>>= 0
      if (fields > firstPair && before <= address && address - before < value) held |= 1 << (fields & 1)
      before = value
      fields++
    }
    this.end = Math.min(end, bytes.length)
    return !isPlain || ((held >>> ((fields + 1) & 1)) & 1) === 1
  }
}
