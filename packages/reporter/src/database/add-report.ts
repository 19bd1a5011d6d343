import type { NewReport } from '../seams.ts'
import { hasDump } from './change-report.ts'
import { CrashDatabase } from './crash-database.ts'

/** Puts a dump into `new/`, then `pending/`, as Crashpad does. Rejects when the disk refuses. A handler that was killed may add its report a second time. */
export async function addReport(databaseFolder: string, report: NewReport): Promise<void> {
  const database = new CrashDatabase(databaseFolder)
  if (hasDump(database.folder, report.reportId)) return
  database.add(report.dump, { id: report.reportId, createdAt: report.createdAt })
}
