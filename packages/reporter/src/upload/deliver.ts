/**
 * Sends what waits in a database. A report is pending until a server has it or has refused it for good; between tries its wait stands on disk, so
 * that it lasts through restarts. Several processes may do this at once: a report is sent by the one that holds its lock.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { moveReport } from '../database/change-report.ts'
import { CrashDatabase } from '../database/crash-database.ts'
import { readGenericReport, readMeta } from '../database/generic-layout.ts'
import { readOwnState, removeOwnState, writeOwnState } from '../database/own-state.ts'
import { lockReport } from '../database/report-lock.ts'
import { readSettings, writeLastUploadAttempt } from '../database/settings.ts'
import { type StoredReport, stateFolder } from '../database/stored-report.ts'
import { lingerMs, longestRetryMs, rateLimitMs, renewLockMs } from '../limits.ts'
import { checkDeliverySettings, type DeliverySettings } from './delivery-settings.ts'
import { lingerAlone } from './linger.ts'
import type { Outcome } from './outcome.ts'
import { payloadOf } from './payload.ts'
import { retryDelayMs } from './retry-delay.ts'
import { type SendOptions, sendReport } from './send-report.ts'

export interface DeliveryOptions {
  readonly environment?: SendOptions['environment']
  readonly timeouts?: SendOptions['timeouts']
  readonly signal?: AbortSignal
  readonly now?: () => number
  readonly random?: () => number
  /** Asked before each try; false leaves the rest for later. */
  readonly mayTry?: () => boolean
  /** How long a process waits for a server to come back. */
  readonly lingerMs?: number
}

const endSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Sends what may be sent now and prunes; waits a while for a server that is away. Rejects never for what a server answers. */
export async function deliver(databaseFolder: string, delivery: unknown, options: DeliveryOptions = {}): Promise<void> {
  const database = new CrashDatabase(databaseFolder)
  const settings = checkDeliverySettings(delivery)
  const { now = Date.now, lingerMs: linger = lingerMs } = options
  const end = now() + linger
  let next = await deliverOnce(database, settings, options)
  database.prune(settings.retention, now())
  if (next === undefined || next > end) return
  // One process waits for each database; the others leave it to that one. Whoever tells it to end is not kept waiting: the wait stands on disk.
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  for (const signal of endSignals) process.once(signal, onSignal)
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal])
  await lingerAlone(database.folder, async () => {
    while (next !== undefined && next <= end && !signal.aborted) {
      await pause(Math.max(0, next - now()), signal)
      if (!signal.aborted) next = await deliverOnce(database, settings, { ...options, signal })
    }
  })
  for (const name of endSignals) process.off(name, onSignal)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch {
    // Told to stop.
  }
}

/** One look at everything that waits. When the next try is due (Unix milliseconds); `undefined`: never, by what is known now. */
export async function deliverOnce(
  database: CrashDatabase,
  settings: DeliverySettings,
  options: DeliveryOptions = {},
): Promise<number | undefined> {
  // Without an address nothing is to be decided: Crashpad's handler leaves everything pending then, too.
  if (settings.submitURL === '') return undefined
  returnHeld(database)
  let next: number | undefined
  for (const { id } of database.stored().reverse()) {
    if (options.signal?.aborted || options.mayTry?.() === false) break
    // Looked at again: a slow upload before it may have taken minutes.
    const report = readGenericReport(database.folder, 'pending', id)
    // One that looks busy may have been left so by a process that died: its lock tells.
    if (report === undefined || report.state === 'uploaded') continue
    const due = await tryReport(database, report, settings, options)
    if (due !== undefined) next = Math.min(next ?? due, due)
  }
  return next
}

/** When it is to be tried again. */
async function tryReport(
  database: CrashDatabase,
  report: StoredReport,
  settings: DeliverySettings,
  options: DeliveryOptions,
): Promise<number | undefined> {
  const { now = Date.now } = options
  const lock = lockReport(database.folder, 'pending', report.id)
  if (lock === undefined) return undefined
  const renewal = setInterval(() => lock.renew(), renewLockMs).unref()
  try {
    const meta = readMeta(database.folder, 'pending', report.id)
    if (meta === undefined || meta.uploaded) return undefined
    const own = readOwnState(database.folder, report.id)
    const state = readSettings(database.folder)
    if (!meta.uploadRequested && state?.uploadsEnabled !== true) {
      moveReport(database.folder, report.id, 'pending', 'completed', meta)
      writeOwnState(database.folder, report.id, { ...own, held: true })
      return undefined
    }
    const due = dueAt(own.notBefore ?? 0, meta.uploadRequested || !settings.rateLimit ? 0 : (state?.lastUploadAttempt ?? 0), now())
    if (due > now()) return due
    const outcome = await sendReport(payloadOf(database.folder, report, database.clientId), {
      submitURL: settings.submitURL,
      compress: settings.compress,
      environment: options.environment ?? process.env,
      ...(options.signal && { signal: options.signal }),
      ...(options.timeouts && { timeouts: options.timeouts }),
    })
    if (options.signal?.aborted) return undefined
    return record(database, report.id, outcome, options)
  } finally {
    clearInterval(renewal)
    lock.release()
  }
}

/** A time that lies further ahead than any wait was written by a clock that was wrong. */
function dueAt(notBefore: number, lastUploadSeconds: number, now: number): number {
  const wait = notBefore - now > 2 * longestRetryMs ? 0 : notBefore
  const rate = lastUploadSeconds === 0 ? 0 : lastUploadSeconds * 1000 + rateLimitMs
  return Math.max(wait, rate - now > rateLimitMs ? 0 : rate)
}

function record(database: CrashDatabase, id: string, outcome: Outcome, options: DeliveryOptions): number | undefined {
  const { now = Date.now, random = Math.random } = options
  const { folder } = database
  const meta = readMeta(folder, 'pending', id)
  // Deleted while it was on its way.
  if (meta === undefined) return undefined
  const seconds = Math.floor(now() / 1000)
  const tried = { ...meta, uploadAttempts: meta.uploadAttempts + 1, lastUploadAttempt: seconds }
  writeLastUploadAttempt(folder, seconds)
  if (outcome.kind === 'delivered') {
    moveReport(folder, id, 'pending', 'completed', { ...tried, uploaded: true, uploadRequested: false, remoteId: outcome.remoteId })
    removeOwnState(folder, id)
    return undefined
  }
  if (outcome.kind === 'refused') {
    moveReport(folder, id, 'pending', 'completed', { ...tried, uploadRequested: false })
    writeOwnState(folder, id, { refused: true, lastError: outcome.message })
    return undefined
  }
  const failures = (readOwnState(folder, id).failures ?? 0) + 1
  const notBefore = now() + retryDelayMs(failures, random(), outcome.retryAfterMs)
  moveReport(folder, id, 'pending', 'pending', tried)
  writeOwnState(folder, id, { failures, notBefore, lastError: outcome.message })
  return notBefore
}

/** What waited for consent goes back to the others when uploads are on again. */
function returnHeld(database: CrashDatabase): void {
  if (!database.uploadsEnabled) return
  for (const report of database.stored()) {
    if (report.state !== 'kept') continue
    const own = readOwnState(database.folder, report.id)
    if (own.held !== true) continue
    const lock = lockReport(database.folder, 'completed', report.id)
    if (lock === undefined) continue
    try {
      const meta = readMeta(database.folder, stateFolder(report), report.id)
      if (meta === undefined) continue
      moveReport(database.folder, report.id, 'completed', 'pending', meta)
      const { held, ...rest } = own
      writeOwnState(database.folder, report.id, rest)
    } finally {
      lock.release()
    }
  }
}
