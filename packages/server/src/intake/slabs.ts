/**
 * Memory for files while they are received, used again and again: what is allocated for every upload and lives until its sync would be
 * collected with the whole heap, several times a second.
 */

/** A dump of Electron has 100 to 300 KB, a log a few; the largest is what a file in memory may have. */
const sizes = [4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024, 1024 * 1024] as const
/** Unused slabs kept for the next uploads. */
const maxFreeBytes = 8 * 1024 * 1024

/** What a slab that holds so many bytes takes itself. */
export function slabBytes(bytes: number): number {
  return sizes.find((each) => each >= bytes) ?? bytes
}

export class Slabs {
  readonly #free = new Map<number, Buffer[]>()
  #freeBytes = 0

  /** Has at least so many bytes, of whatever content. */
  take(bytes: number): Buffer {
    const size = slabBytes(bytes)
    const slab = this.#free.get(size)?.pop()
    if (slab === undefined) return Buffer.allocUnsafeSlow(size)
    this.#freeBytes -= size
    return slab
  }

  /** Nobody may look at it any more. */
  give(slab: Buffer): void {
    if (this.#freeBytes + slab.length > maxFreeBytes || !sizes.some((size) => size === slab.length)) return
    const free = this.#free.get(slab.length)
    if (free === undefined) this.#free.set(slab.length, [slab])
    else free.push(slab)
    this.#freeBytes += slab.length
  }
}
