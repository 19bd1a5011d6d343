import { breakpadReports, isBreakpadFolder } from './breakpad-folder.ts'
import { crashpadReports, isCrashpadDatabase } from './crashpad-database.ts'
import type { FindReports } from './found-report.ts'
import { poolIn, poolReports } from './mini-breakpad-pool.ts'
import { isSocorroFolder, socorroReports } from './socorro-folder.ts'

export interface Layout {
  readonly name: string
  readonly reports: FindReports
}

/** Whose folder this is, by what lies in it; undefined: nobody's that we know. */
export async function layoutOf(folder: string): Promise<Layout | undefined> {
  if (await isCrashpadDatabase(folder)) return { name: "Crashpad's database", reports: crashpadReports }
  if ((await poolIn(folder)) !== undefined) return { name: "mini-breakpad-server's pool", reports: poolReports }
  if (await isSocorroFolder(folder)) return { name: "Socorro's file layout", reports: socorroReports }
  if (await isBreakpadFolder(folder)) return { name: 'a folder of dumps', reports: breakpadReports }
  return undefined
}
