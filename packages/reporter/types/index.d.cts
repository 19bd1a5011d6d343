// For `require` under TypeScript's module kinds of before Node.js could require modules of ECMAScript (node16, node18). The same types.
import type * as reporter from '../dist/index.js' with { 'resolution-mode': 'import' }

export type {
  App,
  CrashDatabase,
  CrashReport,
  CrashReporter,
  CrashReporterBefore9,
  CrashReporterStartOptions,
  ListedReport,
  PathName,
  Retention,
} from '../dist/index.js' with { 'resolution-mode': 'import' }

export declare const app: typeof reporter.app
export declare const crashReporter: typeof reporter.crashReporter
export declare const crashReporterBefore9: typeof reporter.crashReporterBefore9
export declare const deliverReports: typeof reporter.deliverReports
export declare const openCrashDatabase: typeof reporter.openCrashDatabase
