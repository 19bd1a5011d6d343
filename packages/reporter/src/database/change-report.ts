/**
 * Every step a report takes in the database of Linux, in Crashpad's order of files. A step that is cut off between two of them leaves the report
 * where Crashpad and we still find it: metadata stands before its dump arrives, and the old goes last.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ReporterError } from '../errors.ts'
import { attachmentsFolder, namesIn, ownFolder, pathOf, readMeta } from './generic-layout.ts'
import { removeOwnState } from './own-state.ts'
import { lockReport, removeLeftNotes } from './report-lock.ts'
import { encodeMeta, newMeta, type ReportMeta } from './report-meta.ts'

/** Throws what the disk says, and leaves nothing behind then. What an earlier try left that was killed is overwritten. */
export function addDump(folder: string, id: string, dump: Uint8Array, createdAt: Date): void {
  if (hasDump(folder, id)) throw new ReporterError('report_exists', `The database has report ${id} already.`)
  const lock = lockReport(folder, 'pending', id)
  if (lock === undefined) throw new ReporterError('report_busy', `Report ${id} is being written at this moment.`)
  const [draft, meta] = [pathOf(folder, 'new', id, 'dmp'), pathOf(folder, 'pending', id, 'meta')]
  try {
    for (const path of [draft, meta]) rmSync(path, { force: true })
    writeDurably(draft, dump)
    writeDurably(meta, encodeMeta(newMeta(Math.floor(createdAt.getTime() / 1000))))
    renameSync(draft, pathOf(folder, 'pending', id, 'dmp'))
    syncFolder(join(folder, 'pending'))
  } catch (error) {
    for (const path of [draft, meta]) rmSync(path, { force: true })
    throw error
  } finally {
    lock.release()
  }
}

export function hasDump(folder: string, id: string): boolean {
  return (['pending', 'completed'] as const).some((state) => existsSync(pathOf(folder, state, id, 'dmp')))
}

/** Metadata changes by rename: nobody reads half of it. The caller holds the lock. */
export function replaceMeta(folder: string, state: 'pending' | 'completed', id: string, meta: ReportMeta): void {
  const draft = pathOf(folder, 'new', id, 'meta')
  rmSync(draft, { force: true })
  writeDurably(draft, encodeMeta(meta))
  renameSync(draft, pathOf(folder, state, id, 'meta'))
}

/** The caller holds the lock in `from`; it ends with it. */
export function moveReport(folder: string, id: string, from: 'pending' | 'completed', to: 'pending' | 'completed', meta: ReportMeta): void {
  if (from === to) {
    replaceMeta(folder, to, id, meta)
    return
  }
  const lock = lockReport(folder, to, id)
  try {
    replaceMeta(folder, to, id, meta)
    renameSync(pathOf(folder, from, id, 'dmp'), pathOf(folder, to, id, 'dmp'))
    rmSync(pathOf(folder, from, id, 'meta'), { force: true })
    syncFolder(join(folder, to))
  } finally {
    lock?.release()
  }
}

export function removeReport(folder: string, state: 'pending' | 'completed', id: string): void {
  // Metadata without a dump is tidied up by anybody; a dump without metadata would be taken for damage.
  rmSync(pathOf(folder, state, id, 'dmp'), { force: true })
  rmSync(pathOf(folder, state, id, 'meta'), { force: true })
  rmSync(join(folder, attachmentsFolder, id), { recursive: true, force: true })
  removeOwnState(folder, id)
}

/** What a kill in the middle of a step left: locks that nobody holds, and two metadata files for one dump, the dump in one place. */
export function mendHalfMoves(folder: string): void {
  for (const [state, other] of [
    ['pending', 'completed'],
    ['completed', 'pending'],
  ] as const) {
    for (const name of namesIn(join(folder, state))) {
      const [id, extension] = [name.slice(0, 36), name.slice(36)]
      if (extension === '.lock') lockReport(folder, state, id)?.release()
      if (extension === '.meta') removeSecondMeta(folder, state, other, id)
    }
  }
  removeLeftNotes(folder)
  removeIdleNotes(folder)
}

/** On waits of reports that were uploaded. */
function removeIdleNotes(folder: string): void {
  for (const name of namesIn(join(folder, ownFolder))) {
    const [, id] = /^(.{36})\.json$/.exec(name) ?? []
    if (id !== undefined && readMeta(folder, 'completed', id)?.uploaded === true) rmSync(join(folder, ownFolder, name), { force: true })
  }
}

function removeSecondMeta(folder: string, state: 'pending' | 'completed', other: 'pending' | 'completed', id: string): void {
  const isWhereItIsNot = (): boolean => !existsSync(pathOf(folder, state, id, 'dmp')) && existsSync(pathOf(folder, other, id, 'dmp'))
  if (!isWhereItIsNot()) return
  const lock = lockReport(folder, state, id)
  if (lock === undefined) return
  if (isWhereItIsNot() && readMeta(folder, other, id) !== undefined) rmSync(pathOf(folder, state, id, 'meta'), { force: true })
  lock.release()
}

function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** A name lasts through a power cut only after its folder was synced. */
function syncFolder(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } catch {
    // Some file systems sync no folders.
  } finally {
    closeSync(file)
  }
}
