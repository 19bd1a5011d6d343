/**
 * The same reporter with the rules of Electron up to 8, for programs written against those: two required options, a second `start` that changes
 * `extra`, reports in the folder for temporary files, consent from the main process only.
 */
import { app, crashesFolderBefore9 } from './app.ts'
import type { CrashReport, CrashReporter } from './crash-reporter.ts'
import type { CrashReporterStartOptions } from './start-options.ts'
import { processReporter } from './this-process.ts'

export interface CrashReporterBefore9 extends Omit<CrashReporter, 'getCrashesDirectory'> {
  /** `null` before `start`. */
  getCrashesDirectory(): string | null
}

let started: Pick<CrashReporterStartOptions, 'productName' | 'companyName'> | undefined

export const crashReporterBefore9: CrashReporterBefore9 = {
  start(options) {
    if (options.companyName === undefined) throw new Error('companyName is a required option to crashReporter.start')
    if (options.submitURL === undefined) throw new Error('submitURL is a required option to crashReporter.start')
    const reporter = processReporter()
    const { productName = app.name, companyName } = options
    if (started === undefined) {
      reporter.start({ crashesDirectory: crashesFolderBefore9(productName), ...options })
      started = { productName, companyName }
      return
    }
    const { extra = {} } = options
    for (const key of Object.keys(reporter.getParameters())) if (!(key in extra)) reporter.removeExtraParameter(key)
    for (const [key, value] of Object.entries(extra)) reporter.addExtraParameter(key, value)
  },
  getLastCrashReport(): CrashReport | null {
    mustBeStarted()
    return processReporter().getLastCrashReport()
  },
  getUploadedReports(): CrashReport[] {
    mustBeStarted()
    return processReporter().getUploadedReports()
  },
  getUploadToServer() {
    mustBeMain('getUploadToServer')
    return processReporter().getUploadToServer()
  },
  setUploadToServer(uploadToServer) {
    mustBeMain('setUploadToServer')
    processReporter().setUploadToServer(uploadToServer)
  },
  addExtraParameter: (key, value) => processReporter().addExtraParameter(key, value),
  removeExtraParameter: (key) => processReporter().removeExtraParameter(key),
  setExtraParameter: (key, value) => processReporter().setExtraParameter(key, value),
  /** All that goes with a report, not only `extra`. */
  getParameters() {
    const own =
      started === undefined
        ? {}
        : { _productName: String(started.productName), _companyName: String(started.companyName), _version: app.getVersion() }
    return { ...own, ...processReporter().getParameters() }
  },
  getCrashesDirectory: () => (started === undefined ? null : processReporter().getCrashesDirectory()),
}

function mustBeStarted(): void {
  if (started === undefined) throw new Error('crashReporter has not been started')
}

function mustBeMain(method: string): void {
  if (processReporter().processType !== 'browser' || !processReporter().isMainThread)
    throw new Error(`${method} can only be called from the main process`)
}
