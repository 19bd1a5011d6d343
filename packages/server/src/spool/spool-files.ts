/** The large files of reports: streamed here while they arrive, durable before the record that names them. */
import { createHash } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder, syncFolder } from '../durable/durable-files.ts'
import { Lanes } from '../durable/lanes.ts'

/**
 * A large file is synced in steps: a file system that orders its journal behind the data, as ext4 does, would else make every small report
 * wait for all of it.
 */
const syncEveryBytes = 8 * 1024 * 1024

/** Node does file work on four threads; large files use at most two, so that small reports never queue behind them. */
const largeFileLanes = 2

const growingSuffix = '.part'

function growingPath(path: string): string {
  return path + growingSuffix
}

export interface FinishedFile {
  readonly path: string
  readonly size: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

export class SpoolFile {
  readonly path: string
  /** The name while it grows: a record never names a file that is not whole. */
  readonly #growing: string
  readonly #handle: FileHandle
  readonly #lanes: Lanes
  readonly #released: () => void
  readonly #hash = createHash('sha256')
  #size = 0
  #unsynced = 0

  constructor(path: string, handle: FileHandle, lanes: Lanes, released: () => void) {
    this.path = path
    this.#growing = growingPath(path)
    this.#handle = handle
    this.#lanes = lanes
    this.#released = released
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk)
    await this.#lanes.run(async () => {
      const { bytesWritten } = await this.#handle.write(chunk, 0, chunk.length, this.#size)
      if (bytesWritten !== chunk.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
      this.#size += bytesWritten
      this.#unsynced += bytesWritten
      if (this.#unsynced >= syncEveryBytes) await this.#sync()
    })
  }

  /** Resolves when bytes and name are durable. */
  async finish(): Promise<FinishedFile> {
    await this.#lanes.run(() => this.#sync())
    await this.#handle.close()
    await rename(this.#growing, this.path)
    await syncFolder(dirname(this.path))
    return { path: this.path, size: this.#size, sha256: this.#hash.digest('hex') }
  }

  /** Gives the file up and removes it; harmless after `finish`. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
    await rm(this.#growing, { force: true })
    await rm(this.path, { force: true })
    this.#released()
  }

  async #sync(): Promise<void> {
    this.#unsynced = 0
    await this.#handle.datasync()
  }
}

export class SpoolFiles {
  readonly folder: string
  readonly #lanes = new Lanes(largeFileLanes)
  /** Files that uploads of this process have open or that records name. */
  readonly #known = new Set<string>()

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(folder: string): Promise<SpoolFiles> {
    await makeFolder(folder)
    return new SpoolFiles(folder)
  }

  /** The leaf name is made of our id and a number, never of a sender's words. */
  async create(reportId: string, index: number): Promise<SpoolFile> {
    const leaf = `${reportId}.${index}`
    const path = join(this.folder, leaf)
    const handle = await open(growingPath(path), 'wx', 0o600)
    this.#known.add(leaf)
    return new SpoolFile(path, handle, this.#lanes, () => this.#known.delete(leaf))
  }

  keep(leaf: string): void {
    this.#known.add(leaf)
  }

  /** Removes files that nothing needs any more; a store that took one over has already renamed it. */
  async discard(leaves: readonly string[]): Promise<void> {
    for (const leaf of leaves) {
      await rm(join(this.folder, leaf), { force: true })
      this.#known.delete(leaf)
    }
  }

  /** Removes what interrupted uploads left: files that no record names and that have not been written to for long. */
  async removeOrphans(olderThanMs: number, now: number): Promise<number> {
    let removed = 0
    for (const leaf of await readdir(this.folder)) {
      if (this.#known.has(leaf.replace(growingSuffix, ''))) continue
      const path = join(this.folder, leaf)
      const found = await stat(path).catch(() => undefined)
      if (found === undefined || now - found.mtimeMs < olderThanMs) continue
      await rm(path, { force: true })
      removed += 1
    }
    return removed
  }
}
