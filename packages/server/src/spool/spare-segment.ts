/**
 * A file of full size that the next segment is made of: a segment whose reports are all settled, or a new file of zeros, made ahead of its
 * need, since writing and syncing it takes longer than an upload should wait.
 */
import { rename, rm } from 'node:fs/promises'
import { Segment } from './segment.ts'

export class SpareSegment {
  readonly #path: string
  readonly #bytes: number
  /** The file of another run is prepared anew: it may have been cut short. */
  #ready = false
  #making: Promise<void> | undefined

  constructor(path: string, bytes: number) {
    this.#path = path
    this.#bytes = bytes
  }

  /** The path of a prepared file, which is the caller's now. */
  async take(): Promise<string> {
    await this.settled()
    if (!this.#ready) await Segment.prepare(this.#path, this.#bytes)
    this.#ready = false
    return this.#path
  }

  /** Takes a file over; false when there is a spare already. */
  async offer(path: string): Promise<boolean> {
    if (this.#ready || this.#making !== undefined) return false
    await this.#make(() => rename(path, this.#path))
    return true
  }

  /** Begins to make one, unless there is one. What goes wrong shows when it is needed. */
  makeAhead(): void {
    if (this.#ready || this.#making !== undefined) return
    const growing = `${this.#path}.part`
    this.#make(async () => {
      await Segment.prepare(growing, this.#bytes, { synced: true })
      await rename(growing, this.#path)
    }).catch(() => rm(growing, { force: true }).catch(() => undefined))
  }

  /** Resolves when nothing is being made. */
  async settled(): Promise<void> {
    await this.#making?.catch(() => undefined)
  }

  async #make(work: () => Promise<void>): Promise<void> {
    const making = work()
    this.#making = making
    try {
      await making
      this.#ready = true
    } finally {
      this.#making = undefined
    }
  }
}
