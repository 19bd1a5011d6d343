import type { MemoryShare } from './memory-budget.ts'

export interface Gathered {
  /** In the memory of the upload. */
  readonly bytes: Buffer
  /** Whether this is all. */
  readonly ended: boolean
  /** What was gathered, then what follows; the reader may keep both. */
  all(): AsyncGenerator<Uint8Array>
  /** In place of `all`. */
  close(): Promise<void>
}

/** The beginning of a body, so that nothing is built for a sender before it has sent something: at most so many bytes, or all that memory is left for. */
export async function gather(source: AsyncIterable<Uint8Array>, share: MemoryShare, maxBytes: number): Promise<Gathered> {
  const pieces = source[Symbol.asyncIterator]()
  let held: Buffer | undefined
  let length = 0
  let next = await pieces.next()
  while (next.done !== true && length + next.value.length <= maxBytes) {
    const room = share.withRoom(held, length, next.value.length)
    if (room === undefined) break
    held = room
    held.set(next.value, length)
    length += next.value.length
    next = await pieces.next()
  }
  const bytes = held?.subarray(0, length) ?? Buffer.alloc(0)
  const giveUp = () => {
    if (held !== undefined) share.giveRoom(held)
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      // A copy: a parser keeps parts of what it was given for longer than until it asks for more, and the slab goes to another upload.
      const begun = Buffer.from(bytes)
      giveUp()
      if (begun.length > 0) yield begun
      if (next.done === true) return
      yield next.value
      yield* { [Symbol.asyncIterator]: () => pieces }
    } finally {
      giveUp()
      await pieces.return?.()
    }
  }
  const close = async () => {
    giveUp()
    await pieces.return?.()
  }
  return { bytes, ended: next.done === true, all, close }
}
