/** What we use of Electron's module in its main process. */
import { createRequire } from 'node:module'
import type { App } from '../app.ts'
import type { CrashReporterStartOptions } from '../start-options.ts'

export interface ElectronCrashReporter {
  start(options: CrashReporterStartOptions): void
  getUploadToServer(): boolean
  setUploadToServer(uploadToServer: boolean): void
  addExtraParameter(key: string, value: string): void
  removeExtraParameter(key: string): void
  getParameters(): Record<string, string>
}

export interface ElectronModule {
  readonly app: App
  readonly crashReporter: ElectronCrashReporter
}

/** `undefined` in every other process, those of ELECTRON_RUN_AS_NODE included. */
export function electronModule(): ElectronModule | undefined {
  if (process.versions.electron === undefined || Reflect.get(process, 'type') !== 'browser') return undefined
  const electron: unknown = createRequire(import.meta.url)('electron')
  return isElectron(electron) ? electron : undefined
}

const methods = ['start', 'getUploadToServer', 'setUploadToServer', 'addExtraParameter', 'removeExtraParameter', 'getParameters']

function isElectron(value: unknown): value is ElectronModule {
  if (typeof value !== 'object' || value === null) return false
  const [app, crashReporter]: unknown[] = [Reflect.get(value, 'app'), Reflect.get(value, 'crashReporter')]
  if (typeof app !== 'object' || app === null || typeof crashReporter !== 'object' || crashReporter === null) return false
  return (
    typeof Reflect.get(app, 'getPath') === 'function' && methods.every((name) => typeof Reflect.get(crashReporter, name) === 'function')
  )
}
