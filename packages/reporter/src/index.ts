import type { CrashReporter } from './crash-reporter.ts'
import { processReporter } from './this-process.ts'

export { type App, app, type PathName } from './app.ts'
export type { CrashReport, CrashReporter } from './crash-reporter.ts'
export { type CrashReporterBefore9, crashReporterBefore9 } from './crash-reporter-before-9.ts'
export type { Retention } from './database/prune.ts'
export type { CrashReporterStartOptions } from './start-options.ts'

/** The reporter of this process. */
export const crashReporter: CrashReporter = processReporter()
