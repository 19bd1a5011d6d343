import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownFolder } from '../database/generic-layout.ts'
import { isGone, myself } from '../database/report-lock.ts'

/** Whether a living process waits for this database already. */
export function isWaitedFor(folder: string): boolean {
  const path = join(folder, ownFolder, 'waiting')
  return existsSync(path) && !isLeft(path)
}

/** Does nothing when another living process does the same for this database. */
export async function lingerAlone(folder: string, wait: () => Promise<void>): Promise<void> {
  const path = join(folder, ownFolder, 'waiting')
  if (!take(path)) return
  try {
    await wait()
  } finally {
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

function isLeft(path: string): boolean {
  try {
    return isGone(readFileSync(path, 'utf8'))
  } catch {
    return true
  }
}
