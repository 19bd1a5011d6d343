/**
 * Crashpad guards `settings.dat` with flock(2), which Node lacks. A lock belongs to the open file, not to a process: the program `flock` locks
 * the descriptor that it inherits, and the lock stays with us until we close it.
 */
import { spawnSync } from 'node:child_process'
import { closeSync } from 'node:fs'

/** Crashpad holds it for the time of one write. */
const lockTimeoutMs = 2000

/**
 * Runs `use` with the lock where the machine has the program. Without it the writes stay safe in themselves: they change only their own field of a
 * whole file, so that nobody reads half of it.
 */
export function underLock<T>(file: number, use: (file: number) => T): T {
  return closing(file, () => {
    if (process.platform === 'linux') {
      spawnSync('flock', ['-x', '3'], {
        stdio: ['ignore', 'ignore', 'ignore', file],
        timeout: lockTimeoutMs,
        env: { PATH: '/usr/bin:/bin' },
      })
    }
    return use(file)
  })
}

export function closing<T>(file: number, use: (file: number) => T): T {
  try {
    return use(file)
  } finally {
    closeSync(file)
  }
}
