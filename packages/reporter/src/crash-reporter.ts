/** Electron's crashReporter for the process that imports this. Nothing is read, sent or converted here: a dying process leaves that to another. */
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { ownAnnotations, processAnnotations } from './annotations.ts'
import { app, crashesFolder } from './app.ts'
import { startCapture } from './capture/start-capture.ts'
import { createLayout } from './database/generic-layout.ts'
import { openSettings, readSettings, writeUploadsEnabled } from './database/settings.ts'
import { uploadedReports } from './database/uploaded-reports.ts'
import { type Inherited, tellChildren } from './inherited-settings.ts'
import { inside } from './inside.ts'
import { passOnByNodeOptions } from './node-options.ts'
import { Parameters } from './parameters.ts'
import type { Capture } from './seams.ts'
import { type CrashReporterStartOptions, type StartSettings, settingsOf } from './start-options.ts'
import { isMainThread, type ProcessType, processType } from './this-thread.ts'
import { deliverWhatWaits, startDelivery } from './upload/deliver-later.ts'
import type { DeliverySettings } from './upload/delivery-settings.ts'

export interface CrashReport {
  /** When it was uploaded. */
  readonly date: Date
  /** The server's name for it. */
  readonly id: string
}

export interface CrashReporter {
  /** The first call counts, further ones change nothing. Throws for wrong options only. */
  start(options: CrashReporterStartOptions): void
  /** The newest that was uploaded. */
  getLastCrashReport(): CrashReport | null
  /** All that were uploaded, newest first. */
  getUploadedReports(): CrashReport[]
  getUploadToServer(): boolean
  /** At once; of no effect before `start`. What was collected meanwhile goes when it is on again. */
  setUploadToServer(uploadToServer: boolean): void
  addExtraParameter(key: string, value: string): void
  removeExtraParameter(key: string): void
  /** Up to Electron 1.7: `addExtraParameter`, or with null `removeExtraParameter`. */
  setExtraParameter(key: string, value: string | null | undefined): void
  /** Of this process, without the global ones. */
  getParameters(): Record<string, string>
  getCrashesDirectory(): string
}

export class ProcessReporter implements CrashReporter {
  readonly #parameters = new Parameters((key, value) => this.#capture?.setAnnotation(key, value))
  /** As Electron calls them: the program itself, and what it starts. Looked up before this process tells its own children. */
  readonly processType: ProcessType = processType()
  readonly isMainThread: boolean = isMainThread
  #capture: Capture | undefined
  #folder: string | undefined
  /** By its own call, not by inheritance. */
  #hasStarted = false
  #delivery: DeliverySettings | undefined
  #stopLooking: (() => void) | undefined

  start(options: CrashReporterStartOptions): void {
    const settings = settingsOf(options, { name: app.name, version: app.getVersion() })
    if (this.#hasStarted) return
    this.#hasStarted = true
    for (const [key, value] of Object.entries(options.extra ?? {})) this.#parameters.add(key, value)
    const wanted = options.crashesDirectory ?? crashesFolder(settings.globalExtra._productName ?? app.name)
    this.#begin(settings, resolve(wanted))
    if (options.nodeOptions === true) passOnByNodeOptions()
  }

  /** What the parent told its children; a call of `start` comes later and wins. */
  inherit(settings: Inherited): void {
    if (!this.#hasStarted) this.#begin(settings, settings.crashesDirectory)
  }

  getLastCrashReport(): CrashReport | null {
    return this.getUploadedReports()[0] ?? null
  }

  getUploadedReports(): CrashReport[] {
    return this.#folder === undefined ? [] : uploadedReports(this.#folder)
  }

  getUploadToServer(): boolean {
    return this.#folder !== undefined && (readSettings(this.#folder)?.uploadsEnabled ?? false)
  }

  setUploadToServer(uploadToServer: boolean): void {
    if (this.#folder === undefined) return
    try {
      writeUploadsEnabled(this.#folder, Boolean(uploadToServer))
      if (uploadToServer) this.#lookForWaiting(this.#folder)
    } catch (cause) {
      warn(`The choice could not be written to ${this.#folder}`, cause)
    }
  }

  addExtraParameter(key: string, value: string): void {
    this.#parameters.add(key, value)
  }

  removeExtraParameter(key: string): void {
    this.#parameters.remove(key)
  }

  setExtraParameter(key: string, value: string | null | undefined): void {
    if (value === null || value === undefined) this.#parameters.remove(key)
    else this.#parameters.add(key, value)
  }

  getParameters(): Record<string, string> {
    return this.#parameters.all
  }

  /** In a process of its own. */
  async deliver(): Promise<void> {
    if (this.#folder !== undefined && this.#delivery !== undefined) startDelivery(this.#folder, this.#delivery)
  }

  getCrashesDirectory(): string {
    return this.#folder ?? crashesFolder(app.name)
  }

  #begin(settings: StartSettings, wanted: string): void {
    const folder = openFolder(wanted, settings.uploadToServer)
    if (folder === undefined) return
    this.#folder = folder
    const { submitURL, compress, rateLimit, retention, hangTimeoutMs, includeEnvironment } = settings
    const delivery = { submitURL, compress, rateLimit, retention }
    this.#delivery = delivery
    this.#capture = startCapture({
      databaseFolder: folder,
      clientId: readSettings(folder)?.clientId ?? '',
      processAnnotations: processAnnotations(settings.globalExtra),
      annotations: { ...this.#parameters.all, ...ownAnnotations(this.processType) },
      delivery,
      ...(hangTimeoutMs !== undefined && { hangTimeoutMs }),
      ...(includeEnvironment === true && { includeEnvironment }),
    })
    tellChildren({ ...settings, crashesDirectory: folder })
    this.#lookForWaiting(folder)
  }

  #lookForWaiting(folder: string): void {
    if (!isMainThread || this.#delivery === undefined) return
    this.#stopLooking?.()
    this.#stopLooking = deliverWhatWaits(folder, this.#delivery)
  }
}

/** The folder as a database, or one for temporary files where the disk refuses; without any there are no reports, and the program runs on. */
function openFolder(wanted: string, uploadToServer: boolean): string | undefined {
  let refused: unknown
  const instead = (): string => inside(tmpdir(), `${app.name.replace(/[/\\\0]/g, '_')} Crashes`)
  for (const place of [() => wanted, instead]) {
    const folder = place()
    try {
      createLayout(folder)
      openSettings(folder, uploadToServer)
      writeUploadsEnabled(folder, uploadToServer)
      if (refused !== undefined) warn(`Crash reports are kept in ${folder}`, refused)
      return folder
    } catch (cause) {
      refused ??= cause
    }
  }
  warn(`There is no place for crash reports`, refused)
  return undefined
}

function warn(what: string, cause: unknown): void {
  process.emitWarning(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, 'crashReporter')
}
