/** Gathers what arrives while a write is under way, so that one sync covers all who wait. One write at a time, in order of arrival. */
interface Waiting<T> {
  readonly item: T
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export interface AppendQueueOptions<T> {
  /** One batch holds at most this much, but always one item. */
  readonly batchBytes: number
  readonly bytesOf: (item: T) => number
  /** Resolves when the items are durable; when it throws, none of them is. */
  readonly write: (items: readonly T[]) => Promise<void>
  readonly onIdle: () => void
}

export class AppendQueue<T> {
  readonly #options: AppendQueueOptions<T>
  #waiting: Waiting<T>[] = []
  #flushing: Promise<void> | undefined

  constructor(options: AppendQueueOptions<T>) {
    this.#options = options
  }

  get busy(): boolean {
    return this.#flushing !== undefined
  }

  /** Queued when this returns; durable when the promise resolves. */
  push(item: T): Promise<void> {
    const durable = new Promise<void>((resolve, reject) => this.#waiting.push({ item, resolve, reject }))
    this.#flushing ??= this.#flush()
    return durable
  }

  /** Resolves when what is queued now was written or refused. */
  async settled(): Promise<void> {
    await this.#flushing
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch()
      try {
        await this.#options.write(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#flushing = undefined
    this.#options.onIdle()
  }

  #takeBatch(): Waiting<T>[] {
    let bytes = 0
    let count = 0
    for (const { item } of this.#waiting) {
      bytes += this.#options.bytesOf(item)
      if (count > 0 && bytes > this.#options.batchBytes) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }
}
