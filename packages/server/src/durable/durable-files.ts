/**
 * The steps after which a file survives a power cut: its bytes synced, then the folder that names it, then each new folder's parent.
 * Journaling file systems often write several of these at once; POSIX promises none without being asked. Everything here that is kept for
 * longer than a process goes through these functions and through `Segment.append`; a test cuts the power to see that each is needed.
 */
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

const folderSyncs = new Map<string, { running: Promise<void>; next: Promise<void> | undefined }>()

/** Makes the names in a folder durable. Those who ask while it is being synced share the next sync: many reports wait for one. */
export function syncFolder(path: string): Promise<void> {
  const known = folderSyncs.get(path)
  if (known !== undefined) {
    known.next ??= known.running.catch(() => {}).then(() => startFolderSync(path))
    return known.next
  }
  return startFolderSync(path)
}

function startFolderSync(path: string): Promise<void> {
  const running = syncFolderNow(path).finally(() => {
    if (folderSyncs.get(path)?.running === running && folderSyncs.get(path)?.next === undefined) folderSyncs.delete(path)
  })
  folderSyncs.set(path, { running, next: undefined })
  return running
}

async function syncFolderNow(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Makes a folder and its parents, for this user only; those that are new have a durable name when it resolves. */
export async function makeFolder(path: string): Promise<void> {
  const firstNew = await mkdir(path, { recursive: true, mode: 0o700 })
  if (firstNew === undefined) return
  for (let made = path; ; made = dirname(made)) {
    await syncFolder(dirname(made))
    if (made === firstNew) return
  }
}

/** The bytes are durable afterwards, the name is not yet. */
export async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Other bytes for a file whose name is durable already. */
export async function rewriteSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.truncate(bytes.length)
    await file.write(bytes, 0, bytes.length, 0)
    await file.datasync()
  } finally {
    await file.close()
  }
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Renames, or copies where the target lies on another file system. `via` is a free path beside the target. */
export async function moveFile(from: string, to: string, via: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error
    await copyFile(from, via)
    await syncFile(via)
    await rename(via, to)
    await rm(from, { force: true })
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
