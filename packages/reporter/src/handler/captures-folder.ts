/**
 * The folder of captures that are no reports yet. A file is `TIME-THREAD.part` while the writer is at it, then `TIME-THREAD.capture`, then
 * `TIME-THREAD.PID-ATTEMPT.taken` in the hands of a handler.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { inside } from '../inside.ts'

export function capturesFolder(databaseFolder: string): string {
  return inside(databaseFolder, 'captures')
}

export function makeCapturesFolder(databaseFolder: string): string {
  const folder = capturesFolder(databaseFolder)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** A capture that ended its handler so often is left alone, and goes with its age. */
const maxAttempts = 3

/** Captures that nobody could make reports of: a program that dies in a loop must not fill the disk with them. */
const maxCaptures = 50
const maxCaptureAgeMs = 30 * 24 * 60 * 60 * 1000

/** A writer that has not touched its file for so long is dead; the file is good up to where it ends. */
const abandonedMs = 30_000

export interface TakenCapture {
  readonly path: string
  /** The same for every handler that tries. */
  readonly name: string
}

/** Captures that nobody works on, the oldest first. The names of files begin with the time in nanoseconds. */
export function waitingCaptures(folder: string, now: number): string[] {
  return namesIn(folder)
    .filter((name) => isWaiting(folder, name, now))
    .sort()
}

/** Removes what is too old, and the oldest of what is too many. */
export function pruneCaptures(folder: string, now: number): void {
  const names = namesIn(folder).filter((name) => /\.(capture|part|taken)$/.test(name))
  const oldest = names.sort().slice(0, Math.max(0, names.length - maxCaptures))
  const aged = names.filter((name) => now - modifiedAt(inside(folder, name)) > maxCaptureAgeMs)
  for (const name of new Set([...oldest, ...aged])) rmSync(inside(folder, name), { force: true })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // No capture has ever been written here.
    return []
  }
}

function isWaiting(folder: string, name: string, now: number): boolean {
  if (name.endsWith('.capture')) return true
  if (name.endsWith('.part')) return now - modifiedAt(inside(folder, name)) > abandonedMs
  const taken = /\.(\d+)-(\d+)\.taken$/.exec(name)
  return taken !== null && Number(taken[2]) < maxAttempts && !isAlive(Number(taken[1]))
}

function modifiedAt(path: string): number {
  try {
    return statSync(path).mtimeMs
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** `undefined` when another handler was faster. */
export function takeCapture(folder: string, file: string): TakenCapture | undefined {
  const name = file.replace(/\..*$/, '')
  const attempts = Number(/-(\d+)\.taken$/.exec(file)?.[1] ?? 0)
  const path = inside(folder, `${name}.${process.pid}-${attempts + 1}.taken`)
  try {
    renameSync(inside(folder, file), path)
    return { path, name }
  } catch {
    return undefined
  }
}

/** Back among those that wait, as if it had not been tried: the disk was full, which is no fault of the capture. */
export function giveBack(folder: string, { path, name }: TakenCapture): void {
  renameSync(path, inside(folder, `${name}.capture`))
}
