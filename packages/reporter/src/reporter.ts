import { type App, app as ownApp } from './app.ts'
import type { CrashReporter } from './crash-reporter.ts'
import type { CrashDatabase } from './database/crash-database.ts'
import { electronLayout } from './electron/electron-layout.ts'
import { electronModule } from './electron/electron-module.ts'
import { ElectronReporter } from './electron/electron-reporter.ts'
import { processReporter } from './this-process.ts'

const electron = electronModule()
const reporter = electron === undefined ? processReporter() : new ElectronReporter(electron)

/** The reporter of this process; in Electron's main process Electron's own, with what it lacks. */
export const crashReporter: CrashReporter = reporter

/** Names and folders, to be changed before `crashReporter.start`. In Electron its own `app`. */
export const app: App = electron?.app ?? ownApp

/** The reports of this program: list, delete, export, attach, consent to one or to all. */
export async function openCrashDatabase(): Promise<CrashDatabase> {
  // Loaded when it is wanted: it reads dumps.
  const { CrashDatabase } = await import('./database/crash-database.ts')
  return new CrashDatabase(crashReporter.getCrashesDirectory(), electron === undefined ? undefined : electronLayout())
}

/** Sends what may be sent, now and not at the next look: after `requestUpload`, or when the network is back. */
export function deliverReports(): Promise<void> {
  return reporter.deliver()
}
