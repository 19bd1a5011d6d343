import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Whatever works in `tmp/` for longer than this is no more: uploads and reports have limits of minutes. */
const maxAgeMs = 24 * 3600 * 1000
const ours = /^(process|symbols|sources|symbolicate|source-map)-/

/** Removes what killed servers left in `tmp/`. A folder of a living one that was idle for a day is made again when it is needed. */
export async function removeTmpLeftovers(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!ours.test(name)) continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && now - found.mtimeMs > maxAgeMs) await rm(path, { recursive: true, force: true })
  }
}
