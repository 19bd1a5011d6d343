/** Cabinets of one file, as `makecab` writes them, for tests. */
import { deflateRawSync } from 'node:zlib'

const frameBytes = 32_768

/** MSZIP: each block looks back into the one before. */
export function zipCabinet(content: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(content)
  return cabinet(bytes, 1, (at, size) => {
    const window = at === 0 ? {} : { dictionary: bytes.subarray(at - frameBytes, at) }
    return Buffer.concat([Buffer.from('CK'), deflateRawSync(bytes.subarray(at, at + size), window)])
  })
}

export type LzxBlock = 'verbatim' | 'aligned' | 'plain'

/** LZX with a window of 32 KiB; each frame is one block, of the kinds in turn. */
export function lzxCabinet(content: string | Uint8Array, kinds: readonly LzxBlock[]): Uint8Array {
  const bytes = Buffer.from(content)
  const encoder = new LzxEncoder(bytes)
  return cabinet(bytes, 0x0f03, (at, size) => encoder.frame(at, size, kinds[(at / frameBytes) % kinds.length] ?? 'verbatim'))
}

function cabinet(bytes: Buffer, method: number, pack: (at: number, size: number) => Buffer): Uint8Array {
  const blocks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += frameBytes) {
    const size = Math.min(frameBytes, bytes.length - at)
    const packed = pack(at, size)
    const head = Buffer.alloc(8)
    head.writeUInt16LE(packed.length, 4)
    head.writeUInt16LE(size, 6)
    blocks.push(head, packed)
  }
  const data = Buffer.concat(blocks)
  const head = Buffer.alloc(36 + 8 + 16 + 8)
  head.write('MSCF')
  head.writeUInt32LE(head.length + data.length, 8)
  head.writeUInt32LE(44, 16)
  head.writeUInt16LE(0x0103, 24)
  head.writeUInt16LE(1, 26)
  head.writeUInt16LE(1, 28)
  head.writeUInt32LE(head.length, 36)
  head.writeUInt16LE(blocks.length / 2, 40)
  head.writeUInt16LE(method, 42)
  head.writeUInt32LE(bytes.length, 44)
  head.write('app.sym', 60)
  return Buffer.concat([head, data])
}

/** Code lengths that fill their trees, the same for every block: what matters is that matches, repeated offsets and all kinds of blocks occur. */
const mainLengths = Array.from({ length: 256 + 30 * 8 }, (_, symbol) => (symbol < 16 ? 8 : 9))
const lengthLengths = Array.from({ length: 249 }, (_, symbol) => (symbol < 7 ? 7 : 8))
const preLengths = Array.from({ length: 20 }, (_, symbol) => (symbol < 12 ? 4 : 5))

class LzxEncoder {
  readonly #bytes: Buffer
  #recent = [1, 1, 1]
  #told: number[][] = [mainLengths.map(() => 0), lengthLengths.map(() => 0)]

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  frame(start: number, size: number, kind: LzxBlock): Buffer {
    const bits = new BitWriter()
    if (start === 0) bits.write(0, 1)
    bits.write(kind === 'verbatim' ? 1 : kind === 'aligned' ? 2 : 3, 3)
    bits.write(size >> 8, 16)
    bits.write(size & 255, 8)
    if (kind === 'plain') {
      this.#recent = [1, 1, 1]
      const recent = Buffer.alloc(12)
      this.#recent.forEach((offset, index) => void recent.writeUInt32LE(offset, index * 4))
      const data = this.#bytes.subarray(start, start + size)
      return Buffer.concat([bits.alignedForPlain(), recent, data, Buffer.alloc(size % 2)])
    }
    if (kind === 'aligned') for (let i = 0; i < 8; i++) bits.write(3, 3)
    this.#writeLengths(bits, 0, mainLengths, 0, 256)
    this.#writeLengths(bits, 0, mainLengths, 256, mainLengths.length)
    this.#writeLengths(bits, 1, lengthLengths, 0, lengthLengths.length)
    for (let at = start; at < start + size; ) at += this.#writeOne(bits, at, start + size, kind === 'aligned')
    return bits.bytes()
  }

  #writeLengths(bits: BitWriter, tree: number, lengths: readonly number[], from: number, to: number): void {
    for (const length of preLengths) bits.write(length, 4)
    const told = this.#told[tree] ?? []
    for (let at = from; at < to; at++) {
      bits.code(preLengths, ((told[at] ?? 0) - (lengths[at] ?? 0) + 17) % 17)
      told[at] = lengths[at] ?? 0
    }
  }

  #writeOne(bits: BitWriter, at: number, end: number, aligned: boolean): number {
    const [offset, length] = this.#match(at, end)
    if (length < 2) {
      bits.code(mainLengths, this.#bytes[at] ?? 0)
      return 1
    }
    const repeated = this.#recent.indexOf(offset)
    const slot = repeated >= 0 ? repeated : slotOf(offset + 2)
    const header = Math.min(7, length - 2)
    bits.code(mainLengths, 256 + slot * 8 + header)
    if (header === 7) bits.code(lengthLengths, length - 9)
    if (repeated > 0) [this.#recent[0], this.#recent[repeated]] = [offset, this.#recent[0] ?? 1]
    if (repeated < 0) {
      const extra = extraOf(slot)
      const rest = offset + 2 - baseOf(slot)
      if (aligned && extra >= 3) {
        bits.write(rest >> 3, extra - 3)
        bits.write(rest & 7, 3)
      } else bits.write(rest, extra)
      this.#recent = [offset, this.#recent[0] ?? 1, this.#recent[1] ?? 1]
    }
    return length
  }

  /** The longest among a few places where the same three bytes stand. */
  #match(at: number, end: number): [number, number] {
    let best: [number, number] = [0, 0]
    const bytes = this.#bytes
    let tries = 0
    for (let from = at - 1; from >= Math.max(0, at - 32_000) && tries < 4; from--) {
      if (bytes[from] !== bytes[at] || bytes[from + 1] !== bytes[at + 1]) continue
      tries += 1
      let length = 0
      while (length < 257 && at + length < end && bytes[from + length] === bytes[at + length]) length += 1
      if (length > best[1]) best = [at - from, length]
    }
    return best
  }
}

function extraOf(slot: number): number {
  return slot < 4 ? 0 : Math.min((slot >> 1) - 1, 17)
}
function baseOf(slot: number): number {
  let base = 0
  for (let before = 0; before < slot; before++) base += 2 ** extraOf(before)
  return base
}
function slotOf(formatted: number): number {
  let slot = 3
  while (baseOf(slot + 1) <= formatted) slot += 1
  return slot
}

class BitWriter {
  readonly #bits: number[] = []

  write(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) this.#bits.push((value >> bit) & 1)
  }

  /** Canonical: shorter codes first, then by symbol. */
  code(lengths: readonly number[], symbol: number): void {
    const own = lengths[symbol] ?? 0
    let code = 0
    for (const [other, length] of lengths.entries()) if (length < own || (length === own && other < symbol)) code += 2 ** (own - length)
    this.write(code, own)
  }

  bytes(): Buffer {
    while (this.#bits.length % 16 !== 0) this.#bits.push(0)
    const bytes = Buffer.alloc(this.#bits.length / 8)
    for (let word = 0; word < bytes.length / 2; word++)
      bytes.writeUInt16LE(Number.parseInt(this.#bits.slice(word * 16, word * 16 + 16).join(''), 2), word * 2)
    return bytes
  }

  /** At least one bit of padding. */
  alignedForPlain(): Buffer {
    this.#bits.push(0)
    return this.bytes()
  }
}
