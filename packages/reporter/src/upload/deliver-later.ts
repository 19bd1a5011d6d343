/** From the reported process: nothing is sent here; a process of its own does that when something waits. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isSea } from 'node:sea'
import { fileURLToPath } from 'node:url'
import { pendingLookMs } from '../limits.ts'
import { deliveryEnvironment, deliverySettingsVariable } from './delivery-environment.ts'
import type { DeliverySettings } from './delivery-settings.ts'

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const program = fileURLToPath(new URL(`./deliver-main${extension}`, import.meta.url))

/** Looks now and from time to time; never keeps the program from ending. */
export function deliverWhatWaits(folder: string, settings: () => DeliverySettings): () => void {
  const look = (): void => {
    if (hasWaiting(folder)) startDelivery(folder, settings())
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
    const child = spawn(process.execPath, [program, folder], {
      detached: true,
      stdio: 'ignore',
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

/** Reports to be sent, or notes of such that waited for consent. */
function hasWaiting(folder: string): boolean {
  return ['pending', 'crashkeep'].some((part) => {
    try {
      return readdirSync(join(folder, part)).length > 0
    } catch {
      return false
    }
  })
}
