/** From the reported process: nothing is sent here; a process of its own does that when something waits. */
import { spawn } from 'node:child_process'
import { isSea } from 'node:sea'
import { namesIn, ownFolder } from '../database/generic-layout.ts'
import { readOwnState } from '../database/own-state.ts'
import { readSettings } from '../database/settings.ts'
import { inside } from '../inside.ts'
import { lingerMs, pendingLookMs } from '../limits.ts'
import { programPath } from '../package-file.ts'
import { deliveryEnvironment, deliverySettingsVariable } from './delivery-environment.ts'
import type { DeliverySettings } from './delivery-settings.ts'
import { isWaitedFor } from './linger.ts'

/** A start is not held up by reading thousands of notes. */
const maxLookedAt = 50

/** Looks now and from time to time; never keeps the program from ending. */
export function deliverWhatWaits(folder: string, settings: DeliverySettings): () => void {
  const look = (): void => {
    if (settings.submitURL !== '' && isWorthAProcess(folder, Date.now())) startDelivery(folder, settings)
  }
  const soon = setImmediate(look)
  const timer = setInterval(look, pendingLookMs).unref()
  return () => {
    clearImmediate(soon)
    clearInterval(timer)
  }
}

/** Never throws, and outlives this process. */
export function startDelivery(folder: string, settings: DeliverySettings): void {
  if (isSea()) {
    // The executable is the program itself and starts nothing else.
    import('./deliver.ts').then(({ deliver }) => deliver(folder, settings, { lingerMs: 0 })).catch(() => {})
    return
  }
  try {
    const child = spawn(process.execPath, [programPath('upload/deliver-main'), folder], {
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
      cwd: folder,
      env: { ...deliveryEnvironment(), [deliverySettingsVariable]: JSON.stringify(settings) },
    })
    // No processes left, or no memory: the next look tries again.
    child.once('error', () => {})
    child.unref()
  } catch {
    // As above.
  }
}

/** A report that is due before the process would give up waiting, or one that waited for consent that is there now. */
function isWorthAProcess(folder: string, now: number): boolean {
  if (isWaitedFor(folder)) return false
  const isDue = namesIn(inside(folder, 'pending'))
    .filter((name) => name.endsWith('.dmp'))
    .slice(0, maxLookedAt)
    .some((name) => (readOwnState(folder, name.slice(0, -4)).notBefore ?? 0) < now + lingerMs)
  if (isDue) return true
  const notes = namesIn(inside(folder, ownFolder)).filter((name) => name.endsWith('.json'))
  if (notes.length === 0 || readSettings(folder)?.uploadsEnabled !== true) return false
  return notes.slice(0, maxLookedAt).some((name) => readOwnState(folder, name.slice(0, -5)).held === true)
}
