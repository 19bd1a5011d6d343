import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { namesIn, readGenericReports } from './generic-layout.ts'
import { readMacReports } from './mac-layout.ts'
import type { StoredReport } from './stored-report.ts'
import { readWindowsReports } from './windows-layout.ts'

/** `generic` is ours to change; the others belong to a Crashpad whose locks Node cannot take. */
export type LayoutKind = 'generic' | 'mac' | 'windows'

/** By what lies there, not by the system: a database may have been copied here to be looked at. */
export function layoutOf(folder: string): LayoutKind {
  if (existsSync(join(folder, 'metadata')) && existsSync(join(folder, 'reports'))) return 'windows'
  if (existsSync(join(folder, 'settings.dat')) && process.platform === 'darwin') {
    const names = [...namesIn(join(folder, 'pending')), ...namesIn(join(folder, 'completed'))]
    if (names.length > 0 && !names.some((name) => name.endsWith('.meta'))) return 'mac'
  }
  return 'generic'
}

/** Newest first. */
export function readReports(folder: string, kind: LayoutKind = layoutOf(folder)): StoredReport[] {
  const reports =
    kind === 'windows' ? readWindowsReports(folder, join) : kind === 'mac' ? readMacReports(folder) : readGenericReports(folder)
  return reports.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? -1 : 1))
}
