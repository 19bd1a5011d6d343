/**
 * Indexes of large symbol files, each made once, in a child, beside the file: the walk of a report then reads a few pages instead of half a
 * gigabyte. A report never waits for one; the first that needs a file reads all of it.
 */
import { rename, rm, stat } from 'node:fs/promises'
import { indexPathBeside, minIndexedBytes } from '@crashkeep/symbols/node'
import type { ProcessPool } from './pool.ts'

/** Files that wait; those beyond are noticed again by the next report that needs them. */
const maxWaiting = 200
/** Paths remembered as done or hopeless; forgotten ones cost a look at the disk. */
const maxKnown = 10_000

export class SymbolIndexes {
  readonly #pool: Pick<ProcessPool, 'convert' | 'resultPath'>
  readonly #known = new Set<string>()
  #waiting = 0
  #made = 0
  #closed = false
  #turn: Promise<void> = Promise.resolve()

  constructor(pool: Pick<ProcessPool, 'convert' | 'resultPath'>) {
    this.#pool = pool
  }

  /** Returns at once; one is made at a time. */
  want(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.#closed || this.#known.has(path) || this.#waiting >= maxWaiting) continue
      if (this.#known.size >= maxKnown) this.#known.clear()
      this.#known.add(path)
      this.#waiting += 1
      this.#turn = this.#turn
        .then(() => (this.#closed ? undefined : this.#make(path)))
        // Without an index it goes as before; a file that is gone needs none.
        .catch(() => undefined)
        .finally(() => {
          this.#waiting -= 1
        })
    }
  }

  /** Resolves when what was wanted so far is done. */
  drained(): Promise<void> {
    return this.#turn
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#turn
  }

  async #make(path: string): Promise<void> {
    const file = await stat(path)
    const indexPath = indexPathBeside(path)
    const index = await stat(indexPath).catch(() => undefined)
    if (file.size < minIndexedBytes || (index !== undefined && index.mtimeMs >= file.mtimeMs)) return
    this.#made += 1
    const outputPath = this.#pool.resultPath(`index-${this.#made}`)
    try {
      const outcome = await this.#pool.convert({ kind: 'index', symbolPath: path, outputPath })
      if (outcome.kind === 'converted') await rename(outputPath, indexPath)
    } finally {
      await rm(outputPath, { force: true })
    }
  }
}
