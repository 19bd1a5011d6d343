import type { PointerBytes } from './address.ts'
import { maxStackChunks, stackChunkBytes } from './limits.ts'

/** Where the bytes of a stack lie in the dump. */
export interface StackRange {
  readonly startAddress: bigint
  readonly size: number
  readonly offset: number
}

interface Bytes {
  read(offset: number, length: number): Uint8Array
}

/**
 * A thread's stack, read in chunks as the walk needs them. Word reads return `undefined` outside of the stack.
 * A pointer is two 32-bit halves in `high` and `low` after {@link readWord}: scanning must not allocate a bigint per word.
 */
export class StackMemory {
  readonly startAddress: bigint
  readonly size: number
  readonly pointerBytes: PointerBytes
  /** The halves of the word that the last successful {@link readWord} read. */
  high = 0
  low = 0
  readonly #source: Bytes
  readonly #offset: number
  readonly #littleEndian: boolean
  readonly #chunks = new Map<number, DataView>()

  constructor(source: Bytes, range: StackRange, pointerBytes: PointerBytes, littleEndian: boolean) {
    this.#source = source
    this.#offset = range.offset
    this.#littleEndian = littleEndian
    this.startAddress = range.startAddress
    this.size = range.size
    this.pointerBytes = pointerBytes
  }

  /** Reads the pointer at `offset` bytes from the start of the stack into `high` and `low`; `false` when it is not all there. */
  readWord(offset: number): boolean {
    if (offset < 0 || offset + this.pointerBytes > this.size) return false
    const index = Math.floor(offset / stackChunkBytes)
    const view = this.#chunks.get(index) ?? this.#load(index)
    const at = offset - index * stackChunkBytes
    if (at + this.pointerBytes > view.byteLength) return false
    const first = view.getUint32(at, this.#littleEndian)
    if (this.pointerBytes === 4) {
      this.high = 0
      this.low = first
      return true
    }
    const second = view.getUint32(at + 4, this.#littleEndian)
    this.high = this.#littleEndian ? second : first
    this.low = this.#littleEndian ? first : second
    return true
  }

  readPointer(address: bigint): bigint | undefined {
    const offset = address - this.startAddress
    if (offset < 0n || offset >= BigInt(this.size)) return undefined
    return this.readWord(Number(offset)) ? this.word() : undefined
  }

  /** The word that was read last, as a bigint. */
  word(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low)
  }

  contains(address: bigint): boolean {
    return this.readPointer(address) !== undefined
  }

  #load(index: number): DataView {
    // A chunk overlaps the next one by a pointer's width less one, so that no word straddles two chunks.
    const start = index * stackChunkBytes
    const length = Math.min(stackChunkBytes + this.pointerBytes - 1, this.size - start)
    const bytes = this.#source.read(this.#offset + start, length)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (this.#chunks.size >= maxStackChunks) this.#chunks.clear()
    this.#chunks.set(index, view)
    return view
  }
}
