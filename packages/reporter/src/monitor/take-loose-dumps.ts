/** Dumps that a Breakpad client left in the folder itself become reports of the database. */
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { CrashDatabase } from '../database/crash-database.ts'
import { namesIn } from '../database/generic-layout.ts'
import { isUuid } from '../database/uuid.ts'
import { maxDumpBytes } from '../limits.ts'

/** A dump whose writer was here so recently may not be finished. */
const settleMs = 1000
const magic = 'MDMP'

/** Names of the files taken. */
export function takeLooseDumps(database: CrashDatabase, now: number = Date.now()): string[] {
  return namesIn(database.folder).filter((name) => {
    if (!name.endsWith('.dmp')) return false
    const path = join(database.folder, name)
    try {
      const { size, mtimeMs, mtime } = statSync(path)
      if (now - mtimeMs < settleMs || size > maxDumpBytes) return false
      const dump = readFileSync(path)
      if (dump.toString('latin1', 0, 4) !== magic) return false
      const id = name.slice(0, -4).toLowerCase()
      database.add(dump, { createdAt: mtime, ...(isUuid(id) && { id }) })
      rmSync(path)
      return true
    } catch {
      // Gone, or being written; the next look sees it.
      return false
    }
  })
}
