/** Files named by their content, in a folder for each first two digits. */
import { randomUUID } from 'node:crypto'
import { rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasCode, makeFolder, moveFile, syncFile, syncFolder } from '../../durable/durable-files.ts'

export function contentPath(folder: string, sha256: string): string {
  return join(folder, sha256.slice(0, 2), sha256)
}

/** The file is in place and durable before the ledger speaks of it. One that was there is touched, so that no clean-up takes it just now. */
export async function takeOver(from: string, to: string): Promise<void> {
  if (await isStored(to)) {
    const now = new Date()
    await utimes(to, now, now)
    return rm(from, { force: true })
  }
  await syncFile(from)
  await makeFolder(dirname(to))
  await moveFile(from, to, `${to}.${randomUUID()}`)
  await syncFolder(dirname(to))
}

export async function isStored(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}
