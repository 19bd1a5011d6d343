import { type DeliveryOptions, deliver } from './deliver.ts'
import type { DeliverySettings } from './delivery-settings.ts'

/**
 * Sends what may be sent now, and prunes; in the process that calls it. With `lingerMs` it waits so long for a server that is away, and a SIGTERM
 * then ends the wait and not the process.
 */
export function deliverNow(databaseFolder: string, settings: Partial<DeliverySettings>, options: DeliveryOptions = {}): Promise<void> {
  return deliver(databaseFolder, settings, { lingerMs: 0, ...options })
}
