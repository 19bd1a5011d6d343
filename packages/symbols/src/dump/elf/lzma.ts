import { Damage } from '../problem.ts'

// Sizes of the format's tables of probabilities, and where its parts begin in the one array that holds them.
const positionStatesMax = 16
const lengthProbabilities = 2 + positionStatesMax * 8 * 2 + 256
const isMatch = 0
const isRep = isMatch + 12 * positionStatesMax
const isRepG0 = isRep + 12
const isRepG1 = isRepG0 + 12
const isRepG2 = isRepG1 + 12
const isRep0Long = isRepG2 + 12
const slots = isRep0Long + 12 * positionStatesMax
const specialPositions = slots + 4 * 64
const alignment = specialPositions + 128
const matchLength = alignment + 16
const repLength = matchLength + lengthProbabilities
const literals = repLength + lengthProbabilities
const half = 1024

/** An LZMA decoder whose state goes on over the chunks of LZMA2. The output is the dictionary. */
export class LzmaDecoder {
  readonly output: Uint8Array
  length = 0
  #probabilities = new Uint16Array(literals)
  #literalContext = 0
  #literalPositionMask = 0
  #positionMask = 0
  #state = 0
  #distances: [number, number, number, number] = [0, 0, 0, 0]
  // The range coder.
  #input: Uint8Array = new Uint8Array(0)
  #at = 0
  #end = 0
  #range = 0
  #code = 0

  constructor(output: Uint8Array) {
    this.output = output
  }

  /** Properties as LZMA has them in one byte: literal context, literal position, position bits. */
  setProperties(byte: number): void {
    if (byte >= 9 * 5 * 5) throw damaged()
    const literalContext = byte % 9
    const rest = (byte - literalContext) / 9
    const literalPosition = rest % 5
    if (literalContext + literalPosition > 4) throw damaged()
    this.#literalContext = literalContext
    this.#literalPositionMask = (1 << literalPosition) - 1
    this.#positionMask = (1 << ((rest - literalPosition) / 5)) - 1
    this.#probabilities = new Uint16Array(literals + (0x300 << (literalContext + literalPosition)))
    this.resetState()
  }

  resetState(): void {
    this.#state = 0
    this.#distances = [0, 0, 0, 0]
    this.#probabilities.fill(half)
  }

  copy(bytes: Uint8Array): void {
    if (bytes.length > this.output.length - this.length) throw damaged()
    this.output.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Decodes one chunk to exactly `size` bytes. */
  decode(input: Uint8Array, start: number, end: number, size: number): void {
    if (size > this.output.length - this.length || end - start < 5) throw damaged()
    this.#input = input
    this.#at = start + 1
    this.#end = end
    this.#range = 0xffff_ffff
    this.#code = 0
    for (let index = 0; index < 4; index++) this.#code = ((this.#code << 8) | (input[this.#at++] ?? 0)) >>> 0
    const limit = this.length + size
    while (this.length < limit) this.#symbol(limit)
  }

  #symbol(limit: number): void {
    const positionState = this.length & this.#positionMask
    const state = this.#state
    if (this.#bit(isMatch + state * positionStatesMax + positionState) === 0) {
      this.#literal()
      return
    }
    let length: number
    if (this.#bit(isRep + state) === 0) {
      const [first, second, third] = this.#distances
      length = this.#lengthOf(matchLength, positionState)
      this.#distances = [this.#distance(length), first, second, third]
      this.#state = state < 7 ? 7 : 10
    } else {
      const [first, second, third, fourth] = this.#distances
      if (this.#bit(isRepG0 + state) === 0) {
        if (this.#bit(isRep0Long + state * positionStatesMax + positionState) === 0) {
          this.#state = state < 7 ? 9 : 11
          this.#repeat(1, limit)
          return
        }
      } else if (this.#bit(isRepG1 + state) === 0) this.#distances = [second, first, third, fourth]
      else if (this.#bit(isRepG2 + state) === 0) this.#distances = [third, first, second, fourth]
      else this.#distances = [fourth, first, second, third]
      length = this.#lengthOf(repLength, positionState)
      this.#state = state < 7 ? 8 : 11
    }
    this.#repeat(length + 2, limit)
  }

  #repeat(length: number, limit: number): void {
    const distance = this.#distances[0] + 1
    if (distance > this.length || this.length + length > limit) throw damaged()
    const { output } = this
    let to = this.length
    for (let from = to - distance, left = length; left > 0; left--) output[to++] = output[from++] ?? 0
    this.length = to
  }

  #literal(): void {
    const before = this.length > 0 ? (this.output[this.length - 1] ?? 0) : 0
    const context = ((this.length & this.#literalPositionMask) << this.#literalContext) + (before >> (8 - this.#literalContext))
    const base = literals + 0x300 * context
    let symbol = 1
    if (this.#state >= 7) {
      const distance = this.#distances[0] + 1
      if (distance > this.length) throw damaged()
      let match = this.output[this.length - distance] ?? 0
      while (symbol < 0x100) {
        const matchBit = (match >> 7) & 1
        match <<= 1
        const bit = this.#bit(base + ((1 + matchBit) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (matchBit !== bit) break
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(base + symbol)
    this.output[this.length++] = symbol
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6
  }

  #lengthOf(base: number, positionState: number): number {
    if (this.#bit(base) === 0) return this.#tree(base + 2 + positionState * 8, 3)
    if (this.#bit(base + 1) === 0) return 8 + this.#tree(base + 2 + (positionStatesMax + positionState) * 8, 3)
    return 16 + this.#tree(base + 2 + positionStatesMax * 16, 8)
  }

  #distance(length: number): number {
    const slot = this.#tree(slots + Math.min(length, 3) * 64, 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const base = ((2 | (slot & 1)) << bits) >>> 0
    if (slot < 14) return base + this.#reverseTree(specialPositions + base - slot, bits)
    const direct = this.#direct(bits - 4)
    return base + direct * 16 + this.#reverseTree(alignment, 4)
  }

  #tree(base: number, bits: number): number {
    let symbol = 1
    for (let left = bits; left > 0; left--) symbol = (symbol << 1) | this.#bit(base + symbol)
    return symbol - (1 << bits)
  }

  #reverseTree(base: number, bits: number): number {
    let [symbol, value] = [1, 0]
    for (let index = 0; index < bits; index++) {
      const bit = this.#bit(base + symbol)
      symbol = (symbol << 1) | bit
      value |= bit << index
    }
    return value
  }

  #direct(bits: number): number {
    let value = 0
    for (let left = bits; left > 0; left--) {
      this.#range >>>= 1
      const bit = this.#code >= this.#range ? 1 : 0
      if (bit === 1) this.#code -= this.#range
      this.#normalise()
      value = value * 2 + bit
    }
    return value
  }

  #bit(index: number): number {
    const probability = this.#probabilities[index] ?? half
    const bound = (this.#range >>> 11) * probability
    let bit: number
    if (this.#code < bound) {
      this.#range = bound
      this.#probabilities[index] = probability + ((2048 - probability) >> 5)
      bit = 0
    } else {
      this.#range -= bound
      this.#code -= bound
      this.#probabilities[index] = probability - (probability >> 5)
      bit = 1
    }
    this.#normalise()
    return bit
  }

  #normalise(): void {
    if (this.#range >= 0x100_0000) return
    if (this.#at >= this.#end) throw damaged()
    this.#range = (this.#range << 8) >>> 0
    this.#code = ((this.#code << 8) | (this.#input[this.#at++] ?? 0)) >>> 0
  }
}

function damaged(): Damage {
  return new Damage('bad_compression', 'Data that was compressed with xz is damaged.')
}
