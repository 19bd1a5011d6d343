/** Keeps a database from growing, as Crashpad's own rules do, and also for programs that live too short for Crashpad's daily clean-up. */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { defaultRetentionBytes, defaultRetentionDays, defaultRetentionReports, leftoverMs } from '../limits.ts'
import { attachmentsOf } from './attachments.ts'
import { mendHalfMoves, removeReport } from './change-report.ts'
import { attachmentsFolder, namesIn, ownFolder, pathOf } from './generic-layout.ts'
import { readReports } from './layout.ts'
import { lockReport } from './report-lock.ts'
import { type StoredReport, stateFolder } from './stored-report.ts'

export interface Retention {
  /** Reports older than this go. */
  readonly maxDays?: number
  /** The newest so many stay. */
  readonly maxReports?: number
  /** The newest stay up to so many bytes, attachments included. */
  readonly maxBytes?: number
}

const dayMs = 24 * 60 * 60 * 1000

/** Ids of what was removed. */
export function prune(folder: string, retention: Retention = {}, now: number = Date.now()): string[] {
  mendHalfMoves(folder)
  const removed: string[] = []
  for (const report of doomed(folder, readReports(folder, 'generic'), retention, now)) {
    const state = stateFolder(report)
    const lock = lockReport(folder, state, report.id)
    if (lock === undefined) continue
    removeReport(folder, state, report.id)
    lock.release()
    removed.push(report.id)
  }
  removeLeftovers(folder, now)
  return removed
}

function doomed(folder: string, newestFirst: readonly StoredReport[], retention: Retention, now: number): StoredReport[] {
  const { maxDays = defaultRetentionDays, maxReports = defaultRetentionReports, maxBytes = defaultRetentionBytes } = retention
  let [reports, bytes] = [0, 0]
  return newestFirst.filter((report) => {
    reports += 1
    bytes += sizeOf(folder, report)
    return report.state !== 'uploading' && (reports > maxReports || bytes > maxBytes || now - report.createdAt.getTime() > maxDays * dayMs)
  })
}

export function sizeOf(folder: string, report: Pick<StoredReport, 'id' | 'dumpPath'>): number {
  return fileBytes(report.dumpPath) + attachmentsOf(folder, report.id).reduce((sum, { bytes }) => sum + bytes, 0)
}

function fileBytes(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}

/** Drafts of writers that died, attachments and notes of reports that are gone. */
function removeLeftovers(folder: string, now: number): void {
  for (const name of namesIn(join(folder, 'new'))) removeOld(join(folder, 'new', name), now)
  for (const part of [attachmentsFolder, ownFolder]) {
    for (const name of namesIn(join(folder, part))) {
      const id = name.slice(0, 36)
      const known = (['new', 'pending', 'completed'] as const).some((state) => fileBytes(pathOf(folder, state, id, 'dmp')) > 0)
      if (!known) removeOld(join(folder, part, name), now)
    }
  }
}

function removeOld(path: string, now: number): void {
  try {
    if (now - statSync(path).mtimeMs > leftoverMs) rmSync(path, { recursive: true, force: true })
  } catch {
    // Gone already.
  }
}
