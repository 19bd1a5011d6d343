import type { NewReport } from '../seams.ts'
import { CrashDatabase } from './crash-database.ts'

/** Puts a dump into `new/`, then `pending/`, as Crashpad does. Rejects when the disk refuses. */
export async function addReport(databaseFolder: string, report: NewReport): Promise<void> {
  new CrashDatabase(databaseFolder).add(report.dump, { id: report.reportId, createdAt: report.createdAt })
}
