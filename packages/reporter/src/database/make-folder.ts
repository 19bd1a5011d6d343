import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** Only for the owner: dumps hold memory. */
const folderMode = 0o700

/**
 * With its parents. Not by `recursive`: Node.js tries for ever where a folder exists in which none can be made, as in /proc, and a program that
 * starts must not hang for its reports.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: folderMode })
  } catch (error) {
    // Another process was first.
    if (!existsSync(path)) throw error
  }
}
