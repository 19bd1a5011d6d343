import { flushIntervalMs, maxBreadcrumbLength, maxBreadcrumbs, maxContextBytes } from '../limits.ts'
import { entryBytes, textOf } from './json-bytes.ts'

/** `window.crashReport`, newer than TypeScript's DOM. */
export interface CrashReportContext {
  initialize(length: number): Promise<unknown>
  set(key: string, value: string): unknown
  delete(key: string): unknown
}

export interface Identity {
  readonly release?: string
  readonly environment?: string
  readonly user?: string
}

const breadcrumbsKey = 'breadcrumbs'
/** Another library's `initialize` may be under way; until it resolves the browser takes nothing. */
const sharedRetriesMs = [50, 250, 1000, 5000]

/**
 * What a page says about itself, to be found in the report of its crash. Nothing here throws. Entries are kept from the first moment and
 * handed to the browser once `initialize` has resolved; where a browser has no `crashReport` they go with the reports made here.
 */
export class CrashContext {
  readonly #values = new Map<string, string>()
  readonly #native: () => CrashReportContext | null | undefined
  /** What changed since the browser was told, and what it was told before. */
  readonly #changed = new Set<string>()
  readonly #told = new Map<string, string>()
  readonly #listeners = new Set<() => void>()
  #breadcrumbs: readonly string[] = []
  #bytes = 1
  #capacity = maxContextBytes
  #initialized: Promise<boolean> | undefined
  #ready = false
  #flushedAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(native: () => CrashReportContext | null | undefined = () => undefined) {
    this.#native = native
  }

  /**
   * Reserves the browser's memory, once per document: later calls answer as the first. False where the browser has no place for a context or
   * has given it to nobody; the entries are kept all the same.
   */
  initialize(length: number = maxContextBytes): Promise<boolean> {
    this.#initialized ??= this.#start(length)
    return this.#initialized
  }

  async #start(length: number): Promise<boolean> {
    this.#capacity = Math.min(Math.max(Math.trunc(length) || 0, 0), maxContextBytes)
    let taken = true
    try {
      const native = this.#native()
      if (!native) return false
      await native.initialize(this.#capacity)
    } catch (error) {
      // Somebody else was first. Entries go into their memory, when it is there.
      taken = !isInvalidState(error)
      if (taken) return false
    }
    this.#ready = true
    this.flush()
    if (!taken) for (const delayMs of sharedRetriesMs) setTimeout(() => this.#changed.size > 0 && this.flush(), delayMs)
    return taken || this.#changed.size === 0
  }

  /** Oldest breadcrumbs make room. False: even so there is none, and the entry keeps its former value. */
  set(key: string, value: unknown): boolean {
    const name = textOf(key)
    const text = textOf(value)
    const former = this.#values.get(name)
    if (former === text) return true
    const bytes = entryBytes(name, text) - this.#bytesOf(name)
    const evictable = name === breadcrumbsKey ? 0 : this.#bytesOf(breadcrumbsKey)
    if (this.#bytes + bytes - evictable > this.#capacity) return false
    while (this.#bytes + bytes > this.#capacity) this.#evict()
    this.#values.set(name, text)
    this.#bytes += bytes
    this.#note(name)
    return true
  }

  delete(key: string): boolean {
    const name = textOf(key)
    const bytes = this.#bytesOf(name)
    if (!this.#values.delete(name)) return false
    if (name === breadcrumbsKey) this.#breadcrumbs = []
    this.#bytes -= bytes
    this.#note(name)
    return true
  }

  get(key: string): string | undefined {
    return this.#values.get(textOf(key))
  }

  entries(): readonly (readonly [string, string])[] {
    return [...this.#values]
  }

  /** How many entries. */
  get size(): number {
    return this.#values.size
  }

  /** How many bytes of the capacity they take, counted as the browser does. */
  get bytes(): number {
    return Math.max(this.#bytes, 2)
  }

  get capacity(): number {
    return this.#capacity
  }

  /** A step that led here: one line with its time, kept while there is room. */
  addBreadcrumb(text: string): void {
    const line = `${new Date().toISOString().slice(11)} ${textOf(text).slice(0, maxBreadcrumbLength).replace(/\s+/g, ' ')}`
    this.#breadcrumbs = [...this.#breadcrumbs, line].slice(-maxBreadcrumbs)
    while (this.#breadcrumbs.length > 0 && !this.set(breadcrumbsKey, this.#breadcrumbs.join('\n'))) this.#dropOldest()
    if (this.#breadcrumbs.length === 0) this.delete(breadcrumbsKey)
  }

  /** Who and what this page is; the server groups and counts by these. */
  identify({ release, environment, user }: Identity): void {
    for (const [key, value] of Object.entries({ release, environment, user })) if (value !== undefined) this.set(key, value)
  }

  /** Called after changes, at most every 50 ms. Returns how to stop that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Hands over what changed now, as before something dangerous; by itself it happens at once, then at most every 50 ms. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#flushedAt = Date.now()
    if (this.#ready) for (const key of [...this.#changed]) if (this.#tell(key)) this.#changed.delete(key)
    for (const listener of this.#listeners) listener()
  }

  #note(key: string): void {
    this.#changed.add(key)
    // Also without a timer: a page that is busy until it dies runs none.
    if (Math.abs(Date.now() - this.#flushedAt) >= flushIntervalMs) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), flushIntervalMs)
  }

  /** False: not now. */
  #tell(key: string): boolean {
    const value = this.#values.get(key)
    const native = this.#native()
    try {
      if (value === undefined) native?.delete(key)
      else native?.set(key, value)
      if (value === undefined) this.#told.delete(key)
      else this.#told.set(key, value)
      return true
    } catch (error) {
      if (isInvalidState(error)) return false
      // Another library's entries take room that cannot be seen. The browser has also erased the entry's former value.
      if (this.#breadcrumbs.length > 0) {
        this.#evict()
        return key === breadcrumbsKey ? this.#tell(key) : this.#tell(breadcrumbsKey) && this.#tell(key)
      }
      const former = this.#told.get(key)
      this.#told.delete(key)
      try {
        if (former !== undefined) native?.set(key, former)
      } catch {
        // There is nothing left to do.
      }
      return true
    }
  }

  #evict(): void {
    this.#dropOldest()
    if (this.#breadcrumbs.length === 0) this.delete(breadcrumbsKey)
    else this.set(breadcrumbsKey, this.#breadcrumbs.join('\n'))
  }

  /** A part at a time, so that a full context is not written a hundred times. */
  #dropOldest(): void {
    this.#breadcrumbs = this.#breadcrumbs.slice(1 + (this.#breadcrumbs.length >> 3))
  }

  #bytesOf(key: string): number {
    const value = this.#values.get(key)
    return value === undefined ? 0 : entryBytes(key, value)
  }
}

function isInvalidState(error: unknown): boolean {
  return error instanceof Object && 'name' in error && error.name === 'InvalidStateError'
}
