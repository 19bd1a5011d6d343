/**
 * What clients put down before they say what it is: pieces of files, and files at addresses that were handed out. In `tmp/`, for an hour; what a
 * restart or a clean-up takes is asked for again by the clients.
 */
import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ServerError } from '../errors.ts'
import { newId } from '../store/database/ledger/secrets.ts'
import { symbolLimits } from './limits.ts'
import type { IncomingFile } from './upload-folder.ts'

interface Staged {
  readonly path: string
  readonly size: number
  readonly until: number
}

/** Files by a key of their owner: nobody meets another's. */
export class StagedFiles {
  readonly #folder: string
  readonly #clock: () => number
  readonly #files = new Map<string, Staged>()
  #bytes = 0

  constructor(tmpFolder: string, clock: () => number) {
    this.#folder = join(tmpFolder, `symbols-staged-${newId()}`)
    this.#clock = clock
  }

  has(key: string): boolean {
    const staged = this.#files.get(key)
    return staged !== undefined && staged.until > this.#clock()
  }

  /** Takes the file over. The same key again replaces. */
  async put(key: string, file: IncomingFile): Promise<void> {
    await this.#dropOld()
    const { maxStagedBytes, maxStagedFiles, stagedLifetimeMs } = symbolLimits
    if (this.#bytes + file.size > maxStagedBytes || this.#files.size >= maxStagedFiles) throw new ServerError('busy')
    await this.drop(key)
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = join(this.#folder, newId())
    await rename(file.path, path)
    this.#files.set(key, { path, size: file.size, until: this.#clock() + stagedLifetimeMs })
    this.#bytes += file.size
  }

  /** Where it lies, to be read; it stays. */
  path(key: string): string | undefined {
    return this.has(key) ? this.#files.get(key)?.path : undefined
  }

  /** Out of here, to `path`; undefined when there is none. */
  async take(key: string, path: string, name: string): Promise<IncomingFile | undefined> {
    const staged = this.#files.get(key)
    if (staged === undefined || !this.has(key)) return undefined
    await link(staged.path, path).catch(() => copyFile(staged.path, path))
    await this.drop(key)
    return { path, name, size: staged.size }
  }

  async drop(key: string): Promise<void> {
    const staged = this.#files.get(key)
    if (staged === undefined) return
    this.#files.delete(key)
    this.#bytes -= staged.size
    await rm(staged.path, { force: true })
  }

  async close(): Promise<void> {
    this.#files.clear()
    this.#bytes = 0
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #dropOld(): Promise<void> {
    const now = this.#clock()
    // In the order in which they came: the first that is still good ends it.
    for (const [key, { until }] of this.#files) {
      if (until > now) break
      await this.drop(key)
    }
  }
}
