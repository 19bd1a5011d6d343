/**
 * What clients put down before they say what it is: pieces of files, files at addresses that were handed out, and those addresses. They lie in a folder
 * for their time and outlive the program, so that a client that was half through when it was restarted need not begin again.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { copyFile, link, mkdir, rename, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode, syncFile, syncFolder } from '../durable/durable-files.ts'
import { ServerError } from '../errors.ts'
import type { IncomingFile } from './upload-folder.ts'

export interface StagedBounds {
  /** Of everybody's together. */
  readonly maxStagedBytes: number
  readonly maxStagedFiles: number
  readonly stagedLifetimeMs: number
}

interface Staged {
  readonly size: number
  readonly until: number
}

/** Files by a key of their owner: nobody meets another's. A file's name is the hash of its key, its time that of its coming. */
export class StagedFiles {
  readonly #folder: string
  readonly #clock: () => number
  readonly #bounds: StagedBounds
  /** By name, the oldest first. */
  readonly #files = new Map<string, Staged>()
  #bytes = 0

  constructor(folder: string, clock: () => number, bounds: StagedBounds) {
    this.#folder = folder
    this.#clock = clock
    this.#bounds = bounds
    this.#load()
  }

  has(key: string): boolean {
    return this.#find(nameOf(key)) !== undefined
  }

  /** Refuses what would be too much. */
  async requireRoom(size: number): Promise<void> {
    await this.dropOld()
    const { maxStagedBytes, maxStagedFiles } = this.#bounds
    if (this.#bytes + size > maxStagedBytes || this.#files.size >= maxStagedFiles) throw new ServerError('busy')
  }

  /** Takes the file over; it is durable when this resolves, if the folder is. The same key again replaces. */
  async put(key: string, file: Pick<IncomingFile, 'path' | 'size'>): Promise<void> {
    await this.requireRoom(file.size)
    const name = nameOf(key)
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const now = this.#clock()
    await utimes(file.path, now / 1000, now / 1000)
    // Else a name could outlive a power cut, and its bytes not.
    await syncFile(file.path)
    await rename(file.path, join(this.#folder, name))
    await syncFolder(this.#folder)
    this.#keep(name, { size: file.size, until: now + this.#bounds.stagedLifetimeMs })
  }

  /** Where it lies, to be read; it stays. */
  path(key: string): string | undefined {
    return this.has(key) ? join(this.#folder, nameOf(key)) : undefined
  }

  /** Out of here, to `path`; undefined when there is none. */
  async take(key: string, path: string, name: string): Promise<IncomingFile | undefined> {
    const own = nameOf(key)
    const staged = this.#find(own)
    if (staged === undefined) return undefined
    const from = join(this.#folder, own)
    const isThere = await link(from, path)
      .catch(() => copyFile(from, path))
      .then(() => true)
      .catch((error: unknown) => (hasCode(error, 'ENOENT') ? false : Promise.reject(error)))
    await this.#drop(own)
    // Another process may have been faster.
    return isThere ? { path, name, size: staged.size } : undefined
  }

  drop(key: string): Promise<void> {
    return this.#drop(nameOf(key))
  }

  /** Also what another process of the same folder put down. */
  #find(name: string): Staged | undefined {
    const known = this.#files.get(name) ?? this.#look(name)
    return known !== undefined && known.until > this.#clock() ? known : undefined
  }

  #look(name: string): Staged | undefined {
    const found = statSync(join(this.#folder, name), { throwIfNoEntry: false })
    if (found === undefined) return undefined
    const staged = { size: found.size, until: found.mtimeMs + this.#bounds.stagedLifetimeMs }
    this.#keep(name, staged)
    return staged
  }

  #keep(name: string, staged: Staged): void {
    this.#bytes += staged.size - (this.#files.get(name)?.size ?? 0)
    this.#files.delete(name)
    this.#files.set(name, staged)
  }

  async #drop(name: string): Promise<void> {
    const staged = this.#files.get(name)
    this.#files.delete(name)
    this.#bytes -= staged?.size ?? 0
    await rm(join(this.#folder, name), { force: true })
  }

  /** What nobody asked for in its time. */
  async dropOld(): Promise<void> {
    const now = this.#clock()
    // In the order in which they came: the first that is still good ends it.
    for (const [name, { until }] of this.#files) {
      if (until > now) break
      await this.#drop(name)
    }
  }

  /** What an earlier life of the program left. */
  #load(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const found = readdirSync(this.#folder).flatMap((name) => {
      const { size, mtimeMs } = statSync(join(this.#folder, name), { throwIfNoEntry: false }) ?? {}
      return size === undefined || mtimeMs === undefined ? [] : [{ name, size, until: mtimeMs + this.#bounds.stagedLifetimeMs }]
    })
    for (const { name, size, until } of found.sort((a, b) => a.until - b.until)) {
      if (until > this.#clock()) this.#keep(name, { size, until })
      else rmSync(join(this.#folder, name), { force: true })
    }
  }
}

function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
