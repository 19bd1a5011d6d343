/**
 * The database of Linux, Android and Fuchsia: a state is a folder, `.meta` beside each dump. Nothing here changes it; see change-report.ts.
 *
 * Crashpad deletes a dump whose metadata it cannot read, whoever opens the database. We leave it out of lists and leave it alone.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { inside } from '../inside.ts'
import { maxListedReports, maxMetaBytes, maxRemoteIdBytes } from '../limits.ts'
import { makeFolder } from './make-folder.ts'
import { decodeMeta, type ReportMeta } from './report-meta.ts'
import { fromSeconds, type StoredReport } from './stored-report.ts'
import { isUuid } from './uuid.ts'

export type Folder = 'new' | 'pending' | 'completed'
export const attachmentsFolder = 'attachments'
/** What only we know of reports: waits, refusals. Crashpad looks at its own folders only. */
export const ownFolder = 'crashkeep'

export function createLayout(folder: string): void {
  for (const part of ['new', 'pending', 'completed', attachmentsFolder]) makeFolder(inside(folder, part))
}

export function pathOf(folder: string, state: Folder, id: string, extension: 'dmp' | 'meta' | 'lock'): string {
  return inside(folder, state, `${id}.${extension}`)
}

/** In no order. */
export function readGenericReports(folder: string): StoredReport[] {
  const reports: StoredReport[] = []
  for (const state of ['pending', 'completed'] as const) {
    for (const name of namesIn(inside(folder, state))) {
      if (!name.endsWith('.dmp') || reports.length >= maxListedReports) continue
      const report = readGenericReport(folder, state, name.slice(0, -4))
      if (report !== undefined) reports.push(report)
    }
  }
  return reports
}

export function readGenericReport(folder: string, state: 'pending' | 'completed', id: string): StoredReport | undefined {
  const meta = isUuid(id) ? readMeta(folder, state, id) : undefined
  if (meta === undefined) return undefined
  const busy = existsSync(pathOf(folder, state, id, 'lock'))
  return {
    id,
    state: meta.uploaded ? 'uploaded' : busy ? 'uploading' : state === 'pending' ? 'pending' : 'kept',
    dumpPath: pathOf(folder, state, id, 'dmp'),
    createdAt: new Date(meta.creationTime * 1000),
    uploadAttempts: meta.uploadAttempts,
    uploadRequested: meta.uploadRequested,
    ...fromSeconds(meta.lastUploadAttempt),
    ...(meta.uploaded && { remoteId: Buffer.from(meta.remoteId).subarray(0, maxRemoteIdBytes).toString() }),
  }
}

export function readMeta(folder: string, state: Folder, id: string): ReportMeta | undefined {
  const path = pathOf(folder, state, id, 'meta')
  try {
    return statSync(path).size > maxMetaBytes ? undefined : decodeMeta(readFileSync(path))
  } catch {
    // Gone to another state between two looks, or damaged.
    return undefined
  }
}

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
