/**
 * Makes blobs, rows and jobs of acknowledged reports, in the order of their arrival as far as failures allow.
 *
 * Two kinds of failure look alike: the store is away (everything fails: wait, keep everything), or one report cannot be settled for a
 * reason of its own (the others succeed: set it aside). So a failure counts against its report only when another report succeeded since
 * its last one. While everything fails, one attempt is made at a time, a failed and a fresh report in turns, ever more slowly.
 */
import { performance } from 'node:perf_hooks'
import type { SpoolLimits } from './limits.ts'

export interface SettleItem {
  /** For people: what it is known by. */
  readonly name: string
  /** What it holds in memory while it is settled. */
  readonly bytes: number
  /** Settles it; throws when that failed. `later`: it waits for another one, and whoever made it adds it again. */
  settle(): Promise<'settled' | 'later'>
  /** Called once after it was settled. */
  done(): Promise<void>
  /** Puts it where it blocks nobody. */
  setAside(error: unknown): Promise<void>
}

/** What waits for its first attempt. An item is made when its turn comes, so that a million of them take no memory. */
export interface SettleSource {
  readonly waiting: number
  /** Of the next one. */
  readonly nextBytes: number
  take(): SettleItem | undefined
}

interface FailedItem {
  readonly item: SettleItem
  attempts: number
  ownFailures: number
  /** Successes of the settler at the time of the last failure. */
  successesThen: number
  notBefore: number
}

export interface SettlerStats {
  readonly waiting: number
  readonly failing: number
  readonly settled: number
  readonly failures: number
}

export interface SettlerOptions {
  readonly source: SettleSource
  readonly onFailure: (name: string, error: unknown) => void
  /** When uploads need the machine more than this does: the time between one attempt and the next, and only one at a time. */
  readonly pauseMs?: () => number
}

export class Settler {
  readonly #limits: SpoolLimits
  readonly #clock: () => number
  readonly #source: SettleSource
  readonly #onFailure: (name: string, error: unknown) => void
  readonly #pauseMs: () => number
  /** Those that were put off. */
  readonly #again = new Set<SettleItem>()
  readonly #failed = new Set<FailedItem>()
  readonly #running = new Set<Promise<void>>()
  #runningBytes = 0
  #started = false
  #stopped = false
  #successes = 0
  #failures = 0
  #failuresInARow = 0
  #pausedUntil = 0
  #lastStart = Number.NEGATIVE_INFINITY
  #freshNext = true
  #timer: NodeJS.Timeout | undefined
  #idleWaiters: (() => void)[] = []

  constructor(limits: SpoolLimits, clock: () => number, { source, onFailure, pauseMs = () => 0 }: SettlerOptions) {
    this.#source = source
    this.#limits = limits
    this.#clock = clock
    this.#onFailure = onFailure
    this.#pauseMs = pauseMs
  }

  /** The source has something. */
  wake(): void {
    this.#pump()
  }

  /** Puts one in that was put off. */
  add(item: SettleItem): void {
    this.#again.add(item)
    this.#pump()
  }

  start(): void {
    this.#started = true
    this.#pump()
  }

  /** Resolves when the attempts under way have ended; starts no others. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await Promise.all(this.#running)
  }

  /** Resolves when nothing is left to settle. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return
    await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
  }

  stats(): SettlerStats {
    return {
      waiting: this.#fresh + this.#running.size,
      failing: this.#failed.size,
      settled: this.#successes,
      failures: this.#failures,
    }
  }

  #isIdle(): boolean {
    return this.#fresh === 0 && this.#failed.size === 0 && this.#running.size === 0
  }

  get #fresh(): number {
    return this.#again.size + this.#source.waiting
  }

  #pump(): void {
    if (!this.#started || this.#stopped) return
    clearTimeout(this.#timer)
    const pauseMs = this.#pauseMs()
    const allowed = this.#failuresInARow >= 2 || pauseMs > 0 ? 1 : this.#limits.settleConcurrency
    while (this.#running.size < allowed) {
      const pause = pauseMs > 0 ? this.#lastStart + pauseMs - performance.now() : 0
      if (pause > 0 && this.#fresh + this.#failed.size > 0) {
        this.#timer = setTimeout(() => this.#pump(), pause)
        return
      }
      if (this.#running.size > 0 && this.#runningBytes + this.#source.nextBytes > this.#limits.settleBytes) return
      const next = this.#clock() < this.#pausedUntil ? undefined : this.#take()
      if (next === undefined) break
      this.#lastStart = performance.now()
      this.#runningBytes += next.item.bytes
      const attempt: Promise<void> = this.#attempt(next).finally(() => {
        this.#running.delete(attempt)
        this.#runningBytes -= next.item.bytes
        this.#pump()
      })
      this.#running.add(attempt)
    }
    if (this.#running.size < allowed) this.#wakeLater()
    if (this.#isIdle()) for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  #take(): FailedItem | undefined {
    const now = this.#clock()
    const due = [...this.#failed].find((failed) => failed.notBefore <= now)
    const fresh = this.#freshNext || due === undefined ? this.#takeFresh() : undefined
    if (fresh !== undefined) {
      this.#freshNext = false
      return { item: fresh, attempts: 0, ownFailures: 0, successesThen: this.#successes, notBefore: 0 }
    }
    this.#freshNext = true
    if (due !== undefined) this.#failed.delete(due)
    return due
  }

  #takeFresh(): SettleItem | undefined {
    const [again] = this.#again
    if (again === undefined) return this.#source.take()
    this.#again.delete(again)
    return again
  }

  #wakeLater(): void {
    const now = this.#clock()
    let at = Number.POSITIVE_INFINITY
    if (this.#fresh > 0) at = this.#pausedUntil
    for (const failed of this.#failed) at = Math.min(at, Math.max(failed.notBefore, this.#pausedUntil))
    if (!Number.isFinite(at)) return
    this.#timer = setTimeout(() => this.#pump(), Math.max(1, at - now))
    this.#timer.unref()
  }

  async #attempt(next: FailedItem): Promise<void> {
    const { item } = next
    try {
      if ((await item.settle()) === 'later') return
    } catch (error) {
      await this.#failedOnce(next, error)
      return
    }
    this.#successes += 1
    this.#failuresInARow = 0
    this.#pausedUntil = 0
    await item.done().catch((error: unknown) => this.#onFailure(item.name, error))
  }

  async #failedOnce(next: FailedItem, error: unknown): Promise<void> {
    this.#failures += 1
    this.#failuresInARow += 1
    if (this.#successes > next.successesThen) next.ownFailures += 1
    next.successesThen = this.#successes
    next.attempts += 1
    this.#onFailure(next.item.name, error)
    const now = this.#clock()
    next.notBefore = now + this.#delay(next.attempts)
    if (this.#failuresInARow >= 2) this.#pausedUntil = now + this.#delay(this.#failuresInARow - 1)
    if (next.ownFailures >= this.#limits.settleOwnFailures) {
      try {
        await next.item.setAside(error)
        return
      } catch (cause) {
        this.#onFailure(next.item.name, cause)
      }
    }
    this.#failed.add(next)
  }

  #delay(attempt: number): number {
    return Math.min(this.#limits.settleRetryMaxMs, this.#limits.settleRetryFirstMs * 2 ** Math.min(attempt - 1, 20))
  }
}
