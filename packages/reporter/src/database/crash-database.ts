/**
 * Crashpad's database of crash reports, as Electron, Chromium and this package keep it. What Crashpad writes can be read, and what is written here
 * Crashpad takes. On macOS and Windows its locks are out of Node's reach: there nothing of Crashpad's is changed, and what was done is remembered beside.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { ReporterError } from '../errors.ts'
import { maxDumpBytes } from '../limits.ts'
import { type Attachment, addAttachment, attachmentsOf } from './attachments.ts'
import { addDump, moveReport, removeReport } from './change-report.ts'
import { readDumpFacts } from './dump-fields.ts'
import { createLayout, readMeta } from './generic-layout.ts'
import { type LayoutKind, layoutOf, readReports } from './layout.ts'
import { type OwnState, readOwnState, writeOwnState } from './own-state.ts'
import { prune, type Retention, sizeOf } from './prune.ts'
import { lockReport } from './report-lock.ts'
import type { ReportMeta } from './report-meta.ts'
import { openSettings, readSettings, writeUploadsEnabled } from './settings.ts'
import { type StoredReport, stateFolder } from './stored-report.ts'
import { isUuid, newUuid } from './uuid.ts'
import { writeZip } from './write-zip.ts'

export interface ListedReport extends StoredReport {
  /** Of the dump and its attachments. */
  readonly bytes: number
  readonly attachments: readonly Attachment[]
  /** `browser`, `renderer`, `node` …; absent when the dump does not say. */
  readonly processType?: string
  /** The signal or exception in the words of its system. */
  readonly reason?: string
  /** Why the last try to send it failed. */
  readonly lastError?: string
  /** No try before this. */
  readonly nextAttemptAt?: Date
}

export class CrashDatabase {
  readonly folder: string
  readonly layout: LayoutKind

  /** Makes what is missing, unless the database belongs to a Crashpad of macOS or Windows. */
  constructor(folder: string, layout?: LayoutKind) {
    this.folder = resolve(folder)
    this.layout = layout ?? layoutOf(this.folder)
    if (this.layout === 'generic') createLayout(this.folder)
  }

  /** The `guid` of every report from here. */
  get clientId(): string {
    const known = readSettings(this.folder)
    if (known !== undefined) return known.clientId
    this.#mustBeWritable()
    return openSettings(this.folder, false).clientId
  }

  get uploadsEnabled(): boolean {
    return readSettings(this.folder)?.uploadsEnabled ?? false
  }

  /** At once, also for a handler that is running: it looks before each upload. */
  setUploadsEnabled(enabled: boolean): void {
    this.#mustBeWritable()
    writeUploadsEnabled(this.folder, enabled)
  }

  /** Newest first. */
  async list(): Promise<ListedReport[]> {
    const listed: ListedReport[] = []
    for (const report of this.stored()) {
      const { fields, reason } = readDumpFacts(report.dumpPath)
      const processType = fields.get('ptype') ?? fields.get('process_type')
      const { lastError, notBefore } = readOwnState(this.folder, report.id)
      listed.push({
        ...report,
        bytes: sizeOf(this.folder, report),
        attachments: attachmentsOf(this.folder, report.id),
        ...(processType !== undefined && { processType }),
        ...(reason !== undefined && { reason }),
        ...(lastError !== undefined && { lastError }),
        ...(notBefore !== undefined && report.state === 'pending' && { nextAttemptAt: new Date(notBefore) }),
      })
      // Dumps are read one by one: whoever lists a thousand goes on living meanwhile.
      await setImmediate()
    }
    return listed
  }

  /** What the folders and the metadata say, without a look into the dumps; newest first. */
  stored(): StoredReport[] {
    const reports = readReports(this.folder, this.layout)
    return this.layout === 'generic' ? reports : reports.flatMap((report) => withOwnState(report, readOwnState(this.folder, report.id)))
  }

  /** Throws `no_such_report`. */
  find(id: string): StoredReport {
    const found = isUuid(id) ? this.stored().find((report) => report.id === id) : undefined
    if (found === undefined) throw new ReporterError('no_such_report', `The database has no report ${id}.`)
    return found
  }

  /** Its id. Throws what the disk says. */
  add(dump: Uint8Array, options: { readonly id?: string; readonly createdAt?: Date } = {}): string {
    this.#mustBeWritable()
    if (dump.length > maxDumpBytes) throw new ReporterError('too_large', `A dump has at most ${maxDumpBytes} bytes.`)
    const { id = newUuid(), createdAt = new Date() } = options
    if (!isUuid(id)) throw new ReporterError('no_such_report', `${id} is no UUID in lower case.`)
    addDump(this.folder, id, dump, createdAt)
    return id
  }

  /** A file that is sent with the report. */
  attach(id: string, name: string, contents: Uint8Array | string): void {
    const report = this.find(id)
    if (report.state === 'uploaded') throw new ReporterError('report_uploaded', `Report ${id} was uploaded before.`)
    addAttachment(this.folder, id, name, typeof contents === 'string' ? Buffer.from(contents) : contents, this.layout === 'generic')
  }

  /** Consent for this one report: it goes even while uploads are off. */
  requestUpload(id: string): void {
    const report = this.find(id)
    if (report.state === 'uploaded') throw new ReporterError('report_uploaded', `Report ${id} was uploaded before.`)
    if (this.layout === 'generic') this.#change(report, 'pending', (meta) => ({ ...meta, uploadRequested: true }))
    writeOwnState(this.folder, id, this.layout === 'generic' ? {} : { requested: true })
  }

  /** On macOS and Windows: from our lists; the dump stays until Crashpad prunes it. */
  delete(id: string): void {
    const report = this.find(id)
    if (this.layout !== 'generic') {
      // The file is Crashpad's, which takes it away in its time; nobody hears of it from us again.
      writeOwnState(this.folder, id, { ...readOwnState(this.folder, id), deleted: true })
      return
    }
    const state = stateFolder(report)
    const lock = this.#lock(report)
    removeReport(this.folder, state, id)
    lock.release()
  }

  /** Dump, attachments and what is known, as one zip. */
  export(id: string, path: string): void {
    const report = this.find(id)
    const { fields, reason } = readDumpFacts(report.dumpPath)
    const { dumpPath, ...known } = report
    const facts = { ...known, ...(reason !== undefined && { reason }), fields: Object.fromEntries(fields) }
    const zip = writeZip([
      { name: `${id}.dmp`, bytes: readFileSync(dumpPath), modifiedAt: report.createdAt },
      { name: 'report.json', bytes: Buffer.from(`${JSON.stringify(facts, undefined, 2)}\n`), modifiedAt: report.createdAt },
      ...attachmentsOf(this.folder, id).map((file) => ({
        name: `attachments/${file.name}`,
        bytes: readFileSync(file.path),
        modifiedAt: report.createdAt,
      })),
    ])
    writeFileSync(`${path}.new`, zip, { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }

  /** Ids of what was removed. */
  prune(retention: Retention = {}, now: number = Date.now()): string[] {
    return this.layout === 'generic' ? prune(this.folder, retention, now) : []
  }

  /** Moves a report with its metadata changed; throws `report_busy` while somebody sends it. */
  #change(report: StoredReport, to: 'pending' | 'completed', change: (meta: ReportMeta) => ReportMeta): void {
    const lock = this.#lock(report)
    try {
      const from = stateFolder(report)
      const meta = readMeta(this.folder, from, report.id)
      if (meta === undefined) throw new ReporterError('no_such_report', `Report ${report.id} is gone.`)
      moveReport(this.folder, report.id, from, to, change(meta))
    } finally {
      lock.release()
    }
  }

  #lock(report: StoredReport): { release(): void } {
    const lock = lockReport(this.folder, stateFolder(report), report.id)
    if (lock === undefined) throw new ReporterError('report_busy', `Report ${report.id} is being sent at this moment.`)
    return lock
  }

  #mustBeWritable(): void {
    if (this.layout === 'generic') return
    throw new ReporterError('read_only_database', `This is Crashpad's own database of ${this.layout}, whose locks Node.js cannot take.`)
  }
}

function withOwnState(report: StoredReport, own: OwnState): StoredReport[] {
  if (own.deleted === true) return []
  if (report.state === 'uploaded') return [report]
  if (own.remoteId !== undefined && own.uploadedAt !== undefined) {
    return [{ ...report, state: 'uploaded', remoteId: own.remoteId, lastUploadAttemptAt: new Date(own.uploadedAt) }]
  }
  return [own.requested === true ? { ...report, uploadRequested: true } : report]
}
