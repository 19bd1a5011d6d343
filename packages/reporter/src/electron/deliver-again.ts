/** Crashpad's handler tries once; what it gave up is tried again here, with the waits of all our deliveries. */
import { moveReport } from '../database/change-report.ts'
import { CrashDatabase } from '../database/crash-database.ts'
import { readMeta } from '../database/generic-layout.ts'
import { readOwnState, writeOwnState } from '../database/own-state.ts'
import { lockReport } from '../database/report-lock.ts'
import { type DeliveryOptions, deliverOnce } from '../upload/deliver.ts'
import type { DeliverySettings } from '../upload/delivery-settings.ts'
import { payloadOf } from '../upload/payload.ts'
import { retryDelayMs } from '../upload/retry-delay.ts'
import { sendReport } from '../upload/send-report.ts'
import { electronLayout } from './electron-layout.ts'

/** When the next try is due. */
export async function deliverAgain(folder: string, settings: DeliverySettings, options: DeliveryOptions = {}): Promise<number | undefined> {
  const database = new CrashDatabase(folder, electronLayout())
  if (settings.submitURL === '') return undefined
  if (database.layout !== 'generic') return deliverBeside(database, settings, options)
  returnFailed(database)
  const next = await deliverOnce(database, settings, options)
  database.prune(settings.retention, (options.now ?? Date.now)())
  return next
}

/** Of those that were not sent, the ones that were tried: the others had no consent, or were too many for one hour. */
function returnFailed(database: CrashDatabase): void {
  if (!database.uploadsEnabled) return
  for (const { id, state, uploadAttempts } of database.stored()) {
    if (state !== 'kept' || uploadAttempts === 0 || readOwnState(database.folder, id).refused === true) continue
    const lock = lockReport(database.folder, 'completed', id)
    if (lock === undefined) continue
    const meta = readMeta(database.folder, 'completed', id)
    if (meta !== undefined) moveReport(database.folder, id, 'completed', 'pending', meta)
    lock.release()
  }
}

/** Where Crashpad's metadata is not ours to write: what we did stands in our own files. */
async function deliverBeside(database: CrashDatabase, settings: DeliverySettings, options: DeliveryOptions): Promise<number | undefined> {
  const { now = Date.now, random = Math.random, environment = process.env } = options
  let next: number | undefined
  for (const report of database.stored().reverse()) {
    const own = readOwnState(database.folder, report.id)
    const gaveUp = report.state === 'kept' && report.uploadAttempts > 0 && database.uploadsEnabled
    if (report.state === 'uploaded' || own.refused === true || !(gaveUp || report.uploadRequested)) continue
    if ((own.notBefore ?? 0) > now()) {
      next = Math.min(next ?? Number.POSITIVE_INFINITY, own.notBefore ?? 0)
      continue
    }
    const { submitURL, compress } = settings
    const outcome = await sendReport(payloadOf(database.folder, report, database.clientId), { submitURL, compress, environment })
    if (outcome.kind === 'delivered') {
      writeOwnState(database.folder, report.id, { remoteId: outcome.remoteId, uploadedAt: now() })
    } else if (outcome.kind === 'refused') {
      writeOwnState(database.folder, report.id, { refused: true, lastError: outcome.message })
    } else {
      const failures = (own.failures ?? 0) + 1
      const notBefore = now() + retryDelayMs(failures, random(), outcome.retryAfterMs)
      writeOwnState(database.folder, report.id, { ...own, failures, notBefore, lastError: outcome.message })
      next = Math.min(next ?? Number.POSITIVE_INFINITY, notBefore)
    }
  }
  return next
}
