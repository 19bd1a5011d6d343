/**
 * Electron's own crashReporter, whose Crashpad captures and uploads, with what it lacks: what its handler gave up is sent again, lists are true, consent
 * counts at once. All of it through Crashpad's database; on macOS and Windows that is only read.
 */
import type { CrashReport, CrashReporter } from '../crash-reporter.ts'
import { readSettings, writeUploadsEnabled } from '../database/settings.ts'
import { uploadedReports } from '../database/uploaded-reports.ts'
import { pendingLookMs } from '../limits.ts'
import type { CrashReporterStartOptions } from '../start-options.ts'
import type { DeliverySettings } from '../upload/delivery-settings.ts'
import { electronLayout } from './electron-layout.ts'
import type { ElectronModule } from './electron-module.ts'

/** Crashpad's handler sends first; this long after the start it has tried what lay there. */
const firstLookMs = 5000

export class ElectronReporter implements CrashReporter {
  readonly #electron: ElectronModule
  #delivery: DeliverySettings | undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  constructor(electron: ElectronModule) {
    this.#electron = electron
  }

  start(options: CrashReporterStartOptions): void {
    this.#electron.crashReporter.start(forElectron(options))
    if (this.#delivery !== undefined) return
    const { submitURL = '', compress = true, rateLimit = false, retention = {} } = options
    this.#delivery = { submitURL, compress, rateLimit, retention }
    this.#lookIn(firstLookMs)
  }

  getLastCrashReport(): CrashReport | null {
    return this.getUploadedReports()[0] ?? null
  }

  getUploadedReports(): CrashReport[] {
    return this.#delivery === undefined ? [] : uploadedReports(this.getCrashesDirectory(), electronLayout())
  }

  getUploadToServer(): boolean {
    const settings = this.#delivery === undefined ? undefined : readSettings(this.getCrashesDirectory())
    return settings?.uploadsEnabled ?? this.#electron.crashReporter.getUploadToServer()
  }

  /** Electron's own changes only what its getter says; the handler asks the database. */
  setUploadToServer(uploadToServer: boolean): void {
    this.#electron.crashReporter.setUploadToServer(uploadToServer)
    if (this.#delivery === undefined || electronLayout() !== 'generic') return
    writeUploadsEnabled(this.getCrashesDirectory(), uploadToServer)
    if (uploadToServer) this.#lookIn(0)
  }

  addExtraParameter(key: string, value: string): void {
    this.#electron.crashReporter.addExtraParameter(key, value)
  }

  removeExtraParameter(key: string): void {
    this.#electron.crashReporter.removeExtraParameter(key)
  }

  setExtraParameter(key: string, value: string | null | undefined): void {
    if (value === null || value === undefined) this.removeExtraParameter(key)
    else this.addExtraParameter(key, value)
  }

  getParameters(): Record<string, string> {
    return this.#electron.crashReporter.getParameters()
  }

  getCrashesDirectory(): string {
    return this.#electron.app.getPath('crashDumps')
  }

  /** Sends what may be sent now; the next look follows by itself. */
  deliver(): Promise<void> {
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#delivery === undefined) return
    let next: number | undefined
    try {
      // Loaded when it is needed: this process is the one that is reported.
      const { deliverAgain } = await import('./deliver-again.ts')
      next = await deliverAgain(this.getCrashesDirectory(), this.#delivery)
    } catch (cause) {
      process.emitWarning(`Crash reports were not looked at: ${cause instanceof Error ? cause.message : String(cause)}`, 'crashReporter')
    }
    this.#lookIn(Math.min(pendingLookMs, Math.max(0, (next ?? Number.POSITIVE_INFINITY) - Date.now())))
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.deliver(), ms).unref()
  }
}

/** Only what Electron knows, and nothing that ends its handler: an empty name in `globalExtra` does. */
function forElectron(options: CrashReporterStartOptions): CrashReporterStartOptions {
  const { retention, hangTimeoutMs, includeEnvironment, nodeOptions, ...known } = options
  if (known.globalExtra === undefined) return known
  return { ...known, globalExtra: Object.fromEntries(Object.entries(known.globalExtra).filter(([key]) => key !== '')) }
}
