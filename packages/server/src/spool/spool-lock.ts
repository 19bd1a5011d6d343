/**
 * One collector per spool: a second would delete segments that the first still writes. The lock is SQLite's own on an empty database
 * file, because Node has no `flock`; the kernel drops it when the process ends in whatever way.
 */
import { DatabaseSync } from 'node:sqlite'
import { ServerError } from '../errors.ts'

export function lockSpool(path: string): { release(): void } {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    throw new ServerError('spool_in_use', { cause })
  }
  return { release: () => database.close() }
}
