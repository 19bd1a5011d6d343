/**
 * Where a report lies from its acknowledgement until blobs, rows and a job were made of it; architecture §2.4.
 *
 *     spool/segments/000000000001.segment   records of reports, appended, one sync for all that wait
 *     spool/segments/spare                  a file of full size that the next segment is made of
 *     spool/files/ID.N                      large files, durable before the record that names them
 *     spool/stuck/ID.report                 reports that cannot be settled, with the reason beside them
 *     spool/lock                            held by the one collector
 *
 * Syncs, all of them needed: the record (`fdatasync` of the segment), the segment's name (folder, when it is made), a large file
 * (`fdatasync`) and its name (folder).
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { makeFolder, syncFolder } from '../durable/durable-files.ts'
import { ServerError } from '../errors.ts'
import { AppendQueue } from './append-queue.ts'
import { Backlog, namesOf } from './backlog.ts'
import { type DiskState, FreeSpace, isDiskFull } from './free-space.ts'
import { type SpoolLimits, spoolLimits } from './limits.ts'
import { type EncodedRecord, encodeRecord, frameBytes, summaryOf } from './record.ts'
import { type RecordPlace, recoverSegment, Segment } from './segment.ts'
import { Settler } from './settler.ts'
import { SpareSegment } from './spare-segment.ts'
import { type SpoolFile, SpoolFiles } from './spool-files.ts'
import { lockSpool } from './spool-lock.ts'
import type { SpoolReport } from './spool-report.ts'
import { Strain } from './strain.ts'
import { StuckReports } from './stuck.ts'

export interface SpoolOptions {
  readonly folder: string
  readonly clock?: () => number
  readonly limits?: Partial<SpoolLimits>
  /** Told of every failed attempt to settle, and of trouble that nobody waits for. */
  readonly onProblem?: (message: string, error: unknown) => void
}

export interface SpoolStats {
  /** Acknowledged, not settled; those set aside included. */
  readonly pending: number
  /** Set aside after failing for reasons of their own. */
  readonly stuck: number
  readonly segments: number
  /** Unix milliseconds of the oldest report that waits; undefined when none does. */
  readonly oldestPendingAt: number | undefined
  readonly appended: number
  readonly syncs: number
  readonly settled: number
  readonly settleFailures: number
  readonly damagedSegments: number
}

interface Append {
  readonly report: SpoolReport
  readonly record: EncodedRecord
}

const segmentName = /^(\d{12})\.segment$/

export class Spool {
  readonly #folder: string
  readonly #segmentsFolder: string
  readonly #spare: SpareSegment
  readonly #clock: () => number
  readonly #limits: SpoolLimits
  readonly #onProblem: (message: string, error: unknown) => void
  readonly #lock: { release(): void }
  readonly #files: SpoolFiles
  readonly #space: FreeSpace
  readonly #settler: Settler
  readonly #appends: AppendQueue<Append>
  readonly #backlog: Backlog
  readonly #strain: Strain
  /** By number, which is the order of arrival. */
  readonly #segments = new Map<number, Segment>()
  #stuck: StuckReports | undefined
  #settle: ((report: SpoolReport) => Promise<void>) | undefined
  #active: Segment | undefined
  #nextNumber = 1
  #idleTimer: NodeJS.Timeout | undefined
  #stuckTimer: NodeJS.Timeout | undefined
  #retryingStuck: Promise<void> | undefined
  #closing = false
  #appended = 0
  #syncs = 0
  #damaged = 0

  private constructor(options: SpoolOptions, lock: { release(): void }, files: SpoolFiles) {
    this.#folder = options.folder
    this.#segmentsFolder = join(options.folder, 'segments')
    this.#clock = options.clock ?? Date.now
    this.#limits = { ...spoolLimits, ...options.limits }
    this.#strain = new Strain({ gapMs: this.#limits.strainedGapMs, silenceMs: this.#limits.strainedSilenceMs })
    this.#onProblem = options.onProblem ?? (() => undefined)
    this.#spare = new SpareSegment(join(this.#segmentsFolder, 'spare'), this.#limits.segmentBytes)
    this.#lock = lock
    this.#files = files
    this.#space = new FreeSpace(options.folder, this.#limits, this.#clock, ({ level, freeBytes }) => {
      if (level !== 'enough')
        this.#onProblem(`the disk below the spool is ${level}: ${Math.round(freeBytes / 1024 ** 2)} MiB are free`, undefined)
    })
    this.#backlog = new Backlog({
      segments: this.#segments,
      read: (segment, place) => segment.read(place, files.folder),
      settle: async (report) => this.#settle?.(report),
      setAside: (segment, place, error) => this.#setAside(segment, place, error),
      again: (item) => this.#settler.add(item),
      finished: (segment) => this.#finished(segment),
    })
    this.#settler = new Settler(this.#limits, this.#clock, {
      source: this.#backlog,
      onFailure: (name, error) => this.#onProblem(`${name} could not be settled`, error),
      pauseMs: () => this.#pauseMs(),
    })
    this.#appends = new AppendQueue({
      batchBytes: this.#limits.batchBytes,
      bytesOf: ({ record }) => record.length,
      write: (appends) => this.#write(appends),
      onIdle: () => this.#removeIdleSegmentLater(),
    })
  }

  /** Opens the spool and finds what an earlier run left unsettled. */
  static async open(options: SpoolOptions): Promise<Spool> {
    await makeFolder(options.folder)
    const lock = lockSpool(join(options.folder, 'lock'))
    try {
      const spool = new Spool(options, lock, await SpoolFiles.open(join(options.folder, 'files')))
      await spool.#recover()
      return spool
    } catch (cause) {
      lock.release()
      throw cause
    }
  }

  /** Resolves when the report would survive a power cut; only then may it be acknowledged. */
  async append(report: SpoolReport): Promise<void> {
    const record = encodeRecord(report)
    if (record.length > this.#limits.recordBytes) throw new ServerError('too_large', { detail: 'one spool record' })
    if (!(await this.#hasSpace())) throw new ServerError('storage_full')
    // Nothing may be awaited between this and the queue: `close` waits for what is queued, and for nothing else.
    if (this.#closing) throw new ServerError('shutting_down')
    await this.#appends.push({ report, record })
  }

  /** A file of its own for something too large for a record; see `SpoolFile`. */
  async createFile(reportId: string, index: number): Promise<SpoolFile> {
    if (this.#closing) throw new ServerError('shutting_down')
    try {
      return await this.#files.create(reportId, index)
    } catch (cause) {
      throw this.#asServerError(cause)
    }
  }

  /** Removes files that `createFile` made and that no record names. */
  async discardFiles(paths: readonly string[]): Promise<void> {
    await this.#files.discard(paths.map(leafOf))
  }

  /** An acknowledged report that the store does not have yet, by its id or an alias. */
  async pending(idOrAlias: string): Promise<SpoolReport | undefined> {
    const waiting = await this.#backlog.find(idOrAlias)
    const found = waiting ?? (this.#stuck?.has(idOrAlias) === true ? await this.#stuck.read(idOrAlias) : undefined)
    return found?.attachTo === undefined ? found : undefined
  }

  /** Whether a report that came now would be kept; what `/ready` asks. */
  async canAccept(): Promise<boolean> {
    return !this.#closing && (await this.#space.enough().catch(() => false))
  }

  /** How much room the disk below the spool has; throws where it cannot be asked. */
  disk(): Promise<DiskState> {
    return this.#space.state()
  }

  /** Settles what waits and whatever comes, until `close`. */
  startSettling(settle: (report: SpoolReport) => Promise<void>): void {
    this.#settle = settle
    this.#settler.start()
    this.#stuckTimer = setInterval(() => this.retryStuck(), this.#limits.stuckRetryMs)
    this.#stuckTimer.unref()
    this.retryStuck()
  }

  /** Tries those set aside once more. */
  retryStuck(): void {
    this.#retryingStuck ??= this.#retryStuck().finally(() => {
      this.#retryingStuck = undefined
    })
  }

  /** Resolves when nothing waits to be settled; those set aside do not count. */
  drained(): Promise<void> {
    return this.#settler.idle()
  }

  stats(): SpoolStats {
    const settler = this.#settler.stats()
    const stuck = this.#stuck?.ids.length ?? 0
    return {
      pending: this.#backlog.size + stuck,
      stuck,
      segments: this.#segments.size,
      oldestPendingAt: this.#backlog.oldestAt,
      appended: this.#appended,
      syncs: this.#syncs,
      settled: settler.settled,
      settleFailures: settler.failures,
      damagedSegments: this.#damaged,
    }
  }

  /** Finishes the appends under way, ends settling, leaves the rest for the next start. */
  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#idleTimer)
    clearInterval(this.#stuckTimer)
    await this.#appends.settled()
    await this.#spare.settled()
    await this.#settler.stop()
    await this.#retryingStuck
    if (this.#active !== undefined) await this.#seal(this.#active)
    for (const segment of this.#segments.values()) await segment.close()
    this.#lock.release()
  }

  /** How long settling waits between two reports while uploads come one upon the other; 0: it need not. */
  #pauseMs(): number {
    const { strainedPauseMs, strainedMaxPending } = this.#limits
    const strained = !this.#closing && this.#strain.isThere(performance.now()) && this.#space.lastLevel === 'enough'
    return strained ? Math.max(0, strainedPauseMs * (1 - this.#backlog.size / strainedMaxPending)) : 0
  }

  async #hasSpace(): Promise<boolean> {
    try {
      return await this.#space.enough()
    } catch (cause) {
      throw new ServerError('storage_failed', { cause })
    }
  }

  async #recover(): Promise<void> {
    await makeFolder(this.#segmentsFolder)
    this.#stuck = await StuckReports.open(join(this.#folder, 'stuck'), this.#files.folder, this.#limits.recordBytes, (_, payload) => {
      for (const leaf of summaryOf(payload).leaves) this.#files.keep(leaf)
    })
    const now = this.#clock()
    await this.#stuck.removeOldDamaged(this.#limits.damagedSegmentAgeMs, now)
    const numbers = (await readdir(this.#segmentsFolder)).flatMap((name) => segmentName.exec(name)?.[1] ?? []).sort()
    for (const digits of numbers) await this.#recoverSegment(Number(digits))
    await this.#files.removeOrphans(this.#limits.orphanFileAgeMs, now)
  }

  async #recoverSegment(number: number): Promise<void> {
    this.#nextNumber = number + 1
    const found: { readonly place: RecordPlace; readonly names: readonly string[] }[] = []
    const leaves: string[] = []
    const segment = await recoverSegment(this.#pathOf(number), number, this.#limits.recordBytes, (place, payload) => {
      const summary = summaryOf(payload)
      // A report that was set aside just before the server stopped still stands in its segment.
      if (this.#stuck?.has(summary.id) === true) return
      found.push({ place, names: [summary.id, ...summary.aliases] })
      leaves.push(...summary.leaves)
    })
    for (const leaf of leaves) this.#files.keep(leaf)
    segment.leaves.push(...leaves)
    if (segment.damaged) {
      this.#damaged += 1
      this.#onProblem(`spool segment ${number} is damaged behind ${found.length} whole reports`, undefined)
    }
    this.#segments.set(number, segment)
    for (const { place, names } of found) this.#register(segment, place, names)
    if (segment.unsettled === 0) await this.#remove(segment)
  }

  async #write(appends: readonly Append[]): Promise<void> {
    try {
      const segment = await this.#writableSegment(appends.reduce((sum, { record }) => sum + record.length, 0))
      const places = await this.#appendTo(
        segment,
        appends.map(({ record }) => record),
      )
      for (const [i, place] of places.entries()) {
        const report = appends[i]?.report
        if (report !== undefined) this.#accepted(report, segment, place)
      }
    } catch (cause) {
      throw this.#asServerError(cause)
    }
  }

  /** The active segment, or a new one where these bytes would go beyond its prepared size. */
  async #writableSegment(bytes: number): Promise<Segment> {
    const active = this.#active
    if (active !== undefined && active.size + bytes <= this.#limits.segmentBytes) return active
    if (active !== undefined) await this.#seal(active)
    const spare = await this.#spare.take()
    const number = this.#nextNumber++
    const segment = await Segment.open(this.#pathOf(number), number, spare)
    this.#segments.set(number, segment)
    this.#active = segment
    try {
      await syncFolder(this.#segmentsFolder)
    } catch (cause) {
      await this.#abandon(segment)
      throw cause
    }
    return segment
  }

  async #appendTo(segment: Segment, records: readonly EncodedRecord[]): Promise<RecordPlace[]> {
    try {
      const places = await segment.append(records)
      this.#syncs += 1
      segment.lastAppendAt = this.#clock()
      this.#strain.add(records.length, performance.now())
      if (segment.size > this.#limits.segmentBytes / 2) this.#spare.makeAhead()
      return places
    } catch (cause) {
      await this.#abandon(segment)
      throw cause
    }
  }

  #accepted(report: SpoolReport, segment: Segment, place: RecordPlace): void {
    this.#appended += 1
    const leaves = report.submission.files.flatMap(({ content }) => (content.kind === 'file' ? [leafOf(content.path)] : []))
    segment.leaves.push(...leaves)
    this.#register(segment, place, namesOf(report))
  }

  #register(segment: Segment, place: RecordPlace, names: readonly string[]): void {
    this.#backlog.add(segment, place, names)
    this.#settler.wake()
  }

  async #setAside(segment: Segment, place: RecordPlace, error: unknown): Promise<void> {
    const record = await segment.readRaw(place)
    const { id, leaves } = summaryOf(record.subarray(frameBytes))
    await this.#stuck?.add(id, record, error, this.#clock())
    segment.leaves.splice(0, segment.leaves.length, ...segment.leaves.filter((leaf) => !leaves.includes(leaf)))
  }

  async #finished(segment: Segment): Promise<void> {
    if (segment.unsettled > 0) return
    if (segment.sealed) await this.#remove(segment)
    else this.#removeIdleSegmentLater()
  }

  /** Closes the active segment to further records; removes it when everything in it is settled. */
  async #seal(segment: Segment): Promise<void> {
    if (this.#active === segment) this.#active = undefined
    segment.sealed = true
    if (segment.unsettled === 0) await this.#remove(segment)
  }

  /** After a failed write or sync: cut off what was not acknowledged, and never write to this file again. */
  async #abandon(segment: Segment): Promise<void> {
    await segment.cutOff()
    await this.#seal(segment)
  }

  async #remove(segment: Segment): Promise<void> {
    if (!this.#segments.delete(segment.number)) return
    await segment.close()
    if (segment.damaged) await this.#stuck?.keepDamaged(segment.path, segment.number)
    else if (!(segment.reusable && segment.size <= this.#limits.segmentBytes && (await this.#spare.offer(segment.path))))
      await rm(segment.path, { force: true })
    await this.#files.discard(segment.leaves)
  }

  #removeIdleSegmentLater(): void {
    clearTimeout(this.#idleTimer)
    if (this.#closing || this.#active === undefined) return
    this.#idleTimer = setTimeout(() => {
      const active = this.#active
      if (active === undefined || active.unsettled > 0 || this.#appends.busy) return
      this.#seal(active).catch((error: unknown) => this.#onProblem('an empty spool segment could not be removed', error))
    }, this.#limits.idleSegmentMs)
    this.#idleTimer.unref()
  }

  async #retryStuck(): Promise<void> {
    for (const id of this.#stuck?.ids ?? []) {
      if (this.#closing || this.#stuck === undefined) return
      try {
        const report = await this.#stuck.read(id)
        await this.#settle?.(report)
        await this.#stuck.remove(id)
        await this.#files.discard(report.submission.files.flatMap(({ content }) => (content.kind === 'file' ? [leafOf(content.path)] : [])))
      } catch (error) {
        this.#onProblem(`report ${id}, set aside earlier, could still not be settled`, error)
      }
    }
  }

  #asServerError(cause: unknown): ServerError {
    if (cause instanceof ServerError) return cause
    if (!isDiskFull(cause)) return new ServerError('storage_failed', { cause })
    this.#space.ranOut()
    return new ServerError('storage_full', { cause })
  }

  #pathOf(number: number): string {
    return join(this.#segmentsFolder, `${String(number).padStart(12, '0')}.segment`)
  }
}

function leafOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
