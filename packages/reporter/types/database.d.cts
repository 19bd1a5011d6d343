// See index.d.cts.
import type * as database from '../dist/database/index.js' with { 'resolution-mode': 'import' }

export type {
  Attachment,
  DeliveryOptions,
  DeliverySettings,
  LayoutKind,
  ListedReport,
  ReporterErrorCode,
  ReportState,
  Retention,
  StoredReport,
} from '../dist/database/index.js' with { 'resolution-mode': 'import' }

export declare const addReport: typeof database.addReport
export declare const CrashDatabase: typeof database.CrashDatabase
export type CrashDatabase = database.CrashDatabase
export declare const deliver: typeof database.deliver
export declare const ReporterError: typeof database.ReporterError
export type ReporterError = database.ReporterError
