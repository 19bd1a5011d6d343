/**
 * Reports that could not be settled for a reason of their own, each in a file that is a segment of one record, with the reason beside it.
 * They stay readable and are tried again from time to time.
 */
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, syncFolder, writeSynced } from '../durable/durable-files.ts'
import { decodePayload, frameBytes, seal } from './record.ts'
import { recoverSegment, segmentMagic } from './segment.ts'
import type { SpoolReport } from './spool-report.ts'

const reportSuffix = '.report'
const errorSuffix = '.error.json'
const damagedSuffix = '.damaged'
/** Segments count from 1. */
const stuckNumber = 0

export class StuckReports {
  readonly #folder: string
  readonly #filesFolder: string
  readonly #ids = new Set<string>()

  private constructor(folder: string, filesFolder: string) {
    this.#folder = folder
    this.#filesFolder = filesFolder
  }

  static async open(
    folder: string,
    filesFolder: string,
    maxRecordBytes: number,
    onRecord: (id: string, payload: Buffer) => void,
  ): Promise<StuckReports> {
    await makeFolder(folder)
    const stuck = new StuckReports(folder, filesFolder)
    for (const leaf of await readdir(folder)) {
      if (!leaf.endsWith(reportSuffix)) continue
      const id = leaf.slice(0, -reportSuffix.length)
      const file = await recoverSegment(join(folder, leaf), stuckNumber, maxRecordBytes, (_, payload) => {
        stuck.#ids.add(id)
        onRecord(id, payload)
      })
      await file.close()
    }
    return stuck
  }

  get ids(): readonly string[] {
    return [...this.#ids]
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  /** Resolves when the report is durable here, so that its segment may go. */
  async add(id: string, record: Uint8Array, error: unknown, at: number): Promise<void> {
    seal(record.subarray(0, frameBytes), stuckNumber)
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    await writeSynced(join(this.#folder, id + errorSuffix), Buffer.from(`${JSON.stringify({ at, error: reason }, null, 2)}\n`))
    await writeSynced(join(this.#folder, id + reportSuffix), Buffer.concat([segmentMagic, record]))
    await syncFolder(this.#folder)
    this.#ids.add(id)
  }

  async read(id: string): Promise<SpoolReport> {
    const bytes = await readFile(join(this.#folder, id + reportSuffix))
    return decodePayload(bytes.subarray(segmentMagic.length + frameBytes), this.#filesFolder)
  }

  async remove(id: string): Promise<void> {
    await rm(join(this.#folder, id + reportSuffix), { force: true })
    await rm(join(this.#folder, id + errorSuffix), { force: true })
    this.#ids.delete(id)
  }

  /** Keeps a damaged segment for somebody to look at: an acknowledged report may lie behind the damage. */
  async keepDamaged(segmentPath: string, number: number): Promise<void> {
    await rename(segmentPath, join(this.#folder, `segment-${number}${damagedSuffix}`))
  }

  async removeOldDamaged(olderThanMs: number, now: number): Promise<void> {
    for (const leaf of await readdir(this.#folder)) {
      if (!leaf.endsWith(damagedSuffix)) continue
      const path = join(this.#folder, leaf)
      const found = await stat(path).catch(() => undefined)
      if (found !== undefined && now - found.mtimeMs > olderThanMs) await rm(path, { force: true })
    }
  }
}
