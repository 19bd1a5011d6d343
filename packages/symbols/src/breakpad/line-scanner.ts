import { maxLineBytes } from './limits.ts'
import { type LineSkipper, lineSkipper } from './line-skipper.ts'

const newline = 0x0a
const space = 0x20
const letterC = 0x43
const letterL = 0x4c
const letterT = 0x54
const fourNewlines = 0x0a0a0a0a
const everyLowBit = 0x01010101
const everyHighBit = 0x80808080
const littleEndianHost = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
// Sets the bytes of a word that lie before the start of a search, so that none of them counts.
const bytesBefore = new Int32Array([0, 0xff, 0xffff, 0xffffff])

const lineStart = 1
const inlineStart = 2
const stackStart = 3
/** What a line may be by its first letter. Addresses are written in lower case; a line record in upper case is read field by field. */
const kinds = new Uint8Array(256)
for (const digit of '0123456789abcdef') kinds[digit.charCodeAt(0)] = lineStart
kinds['I'.charCodeAt(0)] = inlineStart
kinds['S'.charCodeAt(0)] = stackStart

/**
 * Goes through the lines of a buffer and passes over the kinds that make up nearly all of a symbol file: line records, INLINE records and
 * what follows a `STACK CFI INIT`. Those are judged by their first letters only, however long they are; it stops at every other line.
 *
 * Line ends are found four bytes at a time: a word with a zero byte borrows into that byte's high bit when one is taken from each byte.
 * Behind the first of several such lines in a row a WebAssembly goes on, sixteen bytes at a time, where there is one and nothing is to be counted.
 */
export class LineScanner {
  readonly buffer: Uint8Array
  /** What one more line of these kinds adds to the bad lines, where the scan is now. */
  badBodyLine: 0 | 1 = 1
  badCfiDelta: 0 | 1 = 1
  badLines = 0
  /** The line that the scan stopped at; when it found none, `start` is where the unfinished rest of the buffer begins. */
  start = 0
  end = 0
  readonly #words: Int32Array
  readonly #skipper: LineSkipper | undefined

  /** Takes `size` bytes, a multiple of 4. `byBlocks`: much is to be gone through, so that a WebAssembly pays that passes over lines. */
  constructor(size: number, byBlocks: boolean) {
    // A newline behind the last byte ends every search for one.
    const bytes = size + 4
    this.#skipper = byBlocks ? lineSkipper(bytes) : undefined
    this.buffer = this.#skipper?.buffer ?? new Uint8Array(bytes)
    this.#words = new Int32Array(this.buffer.buffer, 0, bytes >>> 2)
  }

  /** Goes on behind a line end. `atEnd`: no more bytes will come, so that the rest of the buffer is a line as well. */
  next(from: number, fill: number, atEnd: boolean): boolean {
    const { buffer, badBodyLine, badCfiDelta } = this
    const words = this.#words
    const swap = !littleEndianHost
    const skipper = this.#skipper
    buffer[fill] = newline
    let badLines = 0
    let start = from
    let index = from >>> 2
    // A byte that is no newline, or that was looked at, is not zero here.
    let word = (wordAt(words, index, swap) ^ fourNewlines) | (bytesBefore[from & 3] ?? 0)
    for (;;) {
      let found = (word - everyLowBit) & ~word & everyHighBit
      while (found === 0) {
        word = wordAt(words, ++index, swap) ^ fourNewlines
        found = (word - everyLowBit) & ~word & everyHighBit
      }
      // Bits above the lowest one may be left from the borrowing.
      const lowest = found & -found
      const end = (index << 2) + ((31 - Math.clz32(lowest)) >>> 3)
      if (end >= fill && (!atEnd || start >= fill)) {
        this.badLines += badLines
        this.start = Math.min(start, fill)
        return false
      }
      const kind = kinds[buffer[start] ?? 0]
      let behind = end + 1
      if (kind === lineStart || (kind === inlineStart && buffer[start + 2] === letterL && buffer[start + 6] === space)) {
        badLines += badBodyLine
        if (badBodyLine === 0 && skipper !== undefined) behind = skipper.passLines(end, fill)
      } else if (kind === stackStart && isCfiDelta(buffer, start)) {
        badLines += badCfiDelta
        if (badCfiDelta === 0 && skipper !== undefined) behind = skipper.passDeltas(end, fill)
      } else if (end - start > maxLineBytes) badLines++
      else if (end > start) {
        this.badLines += badLines
        this.start = start
        this.end = end
        return true
      }
      start = behind
      if (behind === end + 1) {
        word |= lowest | (lowest - 1)
      } else {
        index = start >>> 2
        word = (wordAt(words, index, swap) ^ fourNewlines) | (bytesBefore[start & 3] ?? 0)
      }
    }
  }
}

/** `STACK CFI` and a digit as dumpers write it, in lower case; other ways are read field by field. */
function isCfiDelta(buffer: Uint8Array, at: number): boolean {
  if (buffer[at + 1] !== letterT || buffer[at + 5] !== space || buffer[at + 6] !== letterC || buffer[at + 9] !== space) return false
  return kinds[buffer[at + 10] ?? 0] === lineStart
}

function wordAt(words: Int32Array, index: number, swap: boolean): number {
  const word = words[index] ?? fourNewlines
  return !swap ? word : (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}
