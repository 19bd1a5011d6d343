import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { ownFolder } from '../database/generic-layout.ts'
import { isGone, myself } from '../database/report-lock.ts'
import { inside } from '../inside.ts'
import { waitingLostMs, waitingSignMs } from '../limits.ts'

/** Whether a living process waits for this database already. */
export function isWaitedFor(folder: string): boolean {
  const path = inside(folder, ownFolder, 'waiting')
  return existsSync(path) && !isLeft(path)
}

/** Does nothing when another living process does the same for this database. */
export async function lingerAlone(folder: string, wait: () => Promise<void>): Promise<void> {
  const path = inside(folder, ownFolder, 'waiting')
  if (!take(path)) return
  const timer = setInterval(() => showSign(path), waitingSignMs).unref()
  try {
    await wait()
  } finally {
    clearInterval(timer)
    rmSync(path, { force: true })
  }
}

function take(path: string): boolean {
  for (const again of [true, false]) {
    try {
      writeFileSync(path, myself(), { flag: 'wx', mode: 0o600 })
      return true
    } catch {
      if (!again || !isLeft(path)) return false
      rmSync(path, { force: true })
    }
  }
  return false
}

function showSign(path: string): void {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // Taken away, with the whole folder perhaps.
  }
}

function isLeft(path: string): boolean {
  try {
    return isGone(readFileSync(path, 'utf8')) || Date.now() - statSync(path).mtimeMs > waitingLostMs
  } catch {
    return true
  }
}
