/**
 * LZX, as cabinets hold it: `makecab` packs with it on request, and Chromium's symbol server has its PDB files so. Words of 16 bits, read from the highest
 * bit on; frames of 32 KiB, each beginning at a word; code lengths are told as differences to those of the block before.
 */
export class LzxDecoder {
  readonly #window: Uint8Array
  readonly #mainLengths: Uint8Array
  readonly #lengthLengths = new Uint8Array(secondaryLengths)
  #main: Code | undefined
  #length: Code | undefined
  #aligned: Code | undefined
  #recent: [number, number, number] = [1, 1, 1]
  #position = 0
  #blockType = 0
  #blockLeft = 0
  /** An uncompressed block of odd length has a byte of padding behind it. */
  #padding = false
  #translatedSize: number | undefined
  #frame = 0

  constructor(windowBits: number) {
    const slots = slotsOfWindow.get(windowBits)
    if (slots === undefined) throw new LzxError(`a window of 2^${windowBits} bytes`)
    this.#window = new Uint8Array(2 ** windowBits)
    this.#mainLengths = new Uint8Array(256 + slots * 8)
  }

  /** The next frame, of `size` bytes, out of what one block of the cabinet holds. Throws an `LzxError`. */
  frame(packed: Uint8Array, size: number): Uint8Array {
    const bits = new BitReader(packed)
    if (this.#translatedSize === undefined) this.#translatedSize = bits.read(1) === 0 ? 0 : bits.read(16) * 65_536 + bits.read(16)
    const start = this.#position
    if (start + size > this.#window.length) throw new LzxError('frames that do not fill its window')
    const end = start + size
    while (this.#position < end) {
      if (this.#blockLeft === 0) this.#startBlock(bits)
      const before = this.#position
      const until = Math.min(end, before + this.#blockLeft)
      if (this.#blockType === 3) this.#copyPlain(bits, until)
      else this.#decode(bits, until)
      this.#blockLeft -= this.#position - before
      if (this.#blockLeft < 0 || this.#position > end) throw new LzxError('a match that leads beyond its block')
    }
    // The frame's own part of the cabinet held the padding as well.
    if (this.#blockLeft === 0) this.#padding = false
    if (this.#position === this.#window.length) this.#position = 0
    return this.#translated(this.#window.slice(start, end))
  }

  #startBlock(bits: BitReader): void {
    if (this.#padding) bits.skipByte()
    this.#padding = false
    this.#blockType = bits.read(3)
    this.#blockLeft = bits.read(16) * 256 + bits.read(8)
    if (this.#blockLeft === 0) throw new LzxError('an empty block')
    if (this.#blockType === 3) {
      bits.alignForPlain()
      this.#recent = [bits.plainWord(), bits.plainWord(), bits.plainWord()]
      this.#padding = this.#blockLeft % 2 === 1
      return
    }
    if (this.#blockType !== 1 && this.#blockType !== 2) throw new LzxError('a block of no known kind')
    if (this.#blockType === 2) this.#aligned = new Code(Uint8Array.from({ length: 8 }, () => bits.read(3)))
    readLengths(bits, this.#mainLengths, 0, 256)
    readLengths(bits, this.#mainLengths, 256, this.#mainLengths.length)
    readLengths(bits, this.#lengthLengths, 0, secondaryLengths)
    this.#main = new Code(this.#mainLengths)
    this.#length = new Code(this.#lengthLengths)
  }

  #copyPlain(bits: BitReader, until: number): void {
    const count = until - this.#position
    this.#window.set(bits.plainBytes(count), this.#position)
    this.#position = until
  }

  #decode(bits: BitReader, until: number): void {
    const [window, main, lengthCode] = [this.#window, this.#main, this.#length]
    if (main === undefined || lengthCode === undefined) throw new LzxError('no codes')
    const mask = window.length - 1
    let at = this.#position
    while (at < until) {
      const symbol = main.read(bits)
      if (symbol < 256) {
        window[at++] = symbol
        continue
      }
      const header = (symbol - 256) & 7
      const length = (header === 7 ? lengthCode.read(bits) + 7 : header) + 2
      const offset = this.#offset(bits, (symbol - 256) >> 3)
      if (at + length > until || offset > window.length) throw new LzxError('a match that leads beyond its frame')
      for (let i = 0; i < length; i++, at++) window[at] = window[(at - offset) & mask] ?? 0
    }
    this.#position = at
  }

  #offset(bits: BitReader, slot: number): number {
    const [first, second, third] = this.#recent
    if (slot === 0) return first
    if (slot === 1) this.#recent = [second, first, third]
    else if (slot === 2) this.#recent = [third, second, first]
    else {
      const extra = extraBits(slot)
      let offset = (positionBases[slot] ?? 0) - 2
      if (this.#blockType === 2 && extra >= 3 && this.#aligned !== undefined) offset += bits.read(extra - 3) * 8 + this.#aligned.read(bits)
      else offset += bits.read(extra)
      this.#recent = [offset, first, second]
    }
    return this.#recent[0]
  }

  /** Programs of x86 are packed with the addresses of their calls made absolute. */
  #translated(frame: Uint8Array): Uint8Array {
    const size = this.#translatedSize ?? 0
    const from = this.#frame * frameBytes
    this.#frame += 1
    if (size === 0 || this.#frame > maxTranslatedFrames || frame.length <= 10) return frame
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
    for (let i = 0; i < frame.length - 10; i++) {
      if (frame[i] !== 0xe8) continue
      const target = view.getInt32(i + 1, true)
      const at = from + i
      if (target >= -at && target < size) view.setInt32(i + 1, target >= 0 ? target - at : target + size, true)
      i += 4
    }
    return frame
  }
}

export class LzxError extends Error {
  override readonly name = 'LzxError'
}

const frameBytes = 32_768
const maxTranslatedFrames = 32_768
const secondaryLengths = 249
const maxCodeBits = 16
const slotsOfWindow: ReadonlyMap<number, number> = new Map([
  [15, 30],
  [16, 32],
  [17, 34],
  [18, 36],
  [19, 38],
  [20, 42],
  [21, 50],
])

function extraBits(slot: number): number {
  return slot < 4 ? 0 : Math.min((slot >> 1) - 1, 17)
}

const positionBases: readonly number[] = (() => {
  const bases: number[] = []
  for (let slot = 0, base = 0; slot < 51; base += 2 ** extraBits(slot), slot++) bases.push(base)
  return bases
})()

function readLengths(bits: BitReader, lengths: Uint8Array, from: number, to: number): void {
  const code = new Code(Uint8Array.from({ length: 20 }, () => bits.read(4)))
  const changed = (at: number, difference: number) => ((lengths[at] ?? 0) - difference + 17) % 17
  for (let at = from; at < to; ) {
    const symbol = code.read(bits)
    if (symbol < 17) {
      lengths[at] = changed(at, symbol)
      at += 1
      continue
    }
    const run = symbol === 17 ? bits.read(4) + 4 : symbol === 18 ? bits.read(5) + 20 : bits.read(1) + 4
    const value = symbol === 19 ? changed(at, code.read(bits)) : 0
    if (at + run > to) throw new LzxError('code lengths that lead too far')
    lengths.fill(value, at, at + run)
    at += run
  }
}

/** Canonical codes, by a table of all words of the longest one. */
class Code {
  readonly #bits: number
  /** Symbol and length in one number; 0 where no code begins so. */
  readonly #table: Uint32Array

  constructor(lengths: Uint8Array) {
    this.#bits = Math.max(1, ...lengths)
    if (this.#bits > maxCodeBits) throw new LzxError('codes that are too long')
    this.#table = new Uint32Array(2 ** this.#bits)
    let at = 0
    for (let length = 1; length <= this.#bits; length++) {
      const step = 2 ** (this.#bits - length)
      for (const [symbol, own] of lengths.entries()) {
        if (own !== length) continue
        if (at + step > this.#table.length) throw new LzxError('more codes than there can be')
        this.#table.fill(symbol * 32 + length, at, at + step)
        at += step
      }
    }
  }

  read(bits: BitReader): number {
    const entry = this.#table[bits.peek(this.#bits)] ?? 0
    if (entry === 0) throw new LzxError('a code that was not told')
    bits.drop(entry & 31)
    return entry >> 5
  }
}

class BitReader {
  readonly #bytes: Uint8Array
  #at = 0
  #held = 0
  #count = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Up to 16 bits; behind the end there are zeros, of which no more than a word may be used. */
  peek(count: number): number {
    while (this.#count < count) {
      if (this.#at > this.#bytes.length + 2) throw new LzxError('too early an end')
      // At most 31 bits are held, so that they stay a number.
      this.#held = ((this.#held & 0x7fff) << 16) | (this.#bytes[this.#at] ?? 0) | ((this.#bytes[this.#at + 1] ?? 0) << 8)
      this.#at += 2
      this.#count += 16
    }
    return (this.#held >>> (this.#count - count)) & (2 ** count - 1)
  }

  drop(count: number): void {
    this.#count -= count
  }

  read(count: number): number {
    if (count > 16) return this.read(count - 16) * 65_536 + this.read(16)
    if (count === 0) return 0
    const value = this.peek(count)
    this.drop(count)
    return value
  }

  /** Bytes follow from the next word on; a reader that stands at one skips it. */
  alignForPlain(): void {
    if (this.#count === 0) this.peek(16)
    if (this.#count > 16) this.#at -= 2
    this.#count = 0
  }

  plainWord(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.plainBytes(4)
    return a + b * 256 + c * 65_536 + d * 16_777_216
  }

  plainBytes(count: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + count)
    if (bytes.length < count) throw new LzxError('too early an end')
    this.#at += count
    return bytes
  }

  skipByte(): void {
    this.#at += 1
  }
}
