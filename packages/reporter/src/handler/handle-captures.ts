import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { maxCaptureBytes } from '../raw-capture/limits.ts'
import type { RawCapture } from '../raw-capture/raw-capture.ts'
import { readRawCapture } from '../raw-capture/read-raw-capture.ts'
import type { AddReport, NewReport } from '../seams.ts'
import { parseSettings } from './capture-settings.ts'
import { capturesFolder, giveBack, pruneCaptures, type TakenCapture, takeCapture, waitingCaptures } from './captures-folder.ts'
import { dumpOfCapture } from './dump-of-capture.ts'
import { readSystemFacts } from './system-facts.ts'

/** The log says why a crash became no report; a crash loop must not fill the disk with it. */
const maxLogBytes = 256 * 1024

/** What the last capture says about delivery; `undefined` when there was none. */
export interface Handled {
  readonly delivery: unknown
  readonly reports: number
}

/** Makes reports of all captures that wait. A capture is removed only when its report is on disk. */
export async function handleCaptures(databaseFolder: string, addReport: AddReport): Promise<Handled | undefined> {
  const folder = capturesFolder(databaseFolder)
  let handled: Handled | undefined
  for (const file of waitingCaptures(folder, Date.now())) {
    const taken = takeCapture(folder, file)
    if (taken === undefined) continue
    const delivery = await handleOne(databaseFolder, taken, addReport)
    if (delivery !== undefined) handled = { delivery: delivery.delivery, reports: (handled?.reports ?? 0) + 1 }
  }
  pruneCaptures(folder, Date.now())
  return handled
}

async function handleOne(databaseFolder: string, taken: TakenCapture, addReport: AddReport): Promise<{ delivery: unknown } | undefined> {
  const capture = readCapture(databaseFolder, taken)
  const report = capture && reportOf(databaseFolder, taken, capture)
  if (capture === undefined || report === undefined) return undefined
  try {
    await addReport(databaseFolder, report)
  } catch (error) {
    log(databaseFolder, `${taken.name}: the report could not be stored; the next start tries again: ${messageOf(error)}`)
    giveBack(capturesFolder(databaseFolder), taken)
    return undefined
  }
  for (const problem of capture.problems) log(databaseFolder, `${taken.name}: ${problem}`)
  if (!capture.isWhole) log(databaseFolder, `${taken.name}: the capture ends early; its report has what there was.`)
  rmSync(taken.path, { force: true })
  return { delivery: parseSettings(capture.settings).delivery }
}

function readCapture(databaseFolder: string, { path, name }: TakenCapture): RawCapture | undefined {
  const { size } = statSync(path)
  const capture = size > maxCaptureBytes ? undefined : readRawCapture(readFileSync(path))
  if (capture !== undefined) return capture
  log(databaseFolder, `${name}: ${size} bytes that are no capture of a process; no report.`)
  rmSync(path, { force: true })
  return undefined
}

function reportOf(databaseFolder: string, { name }: TakenCapture, capture: RawCapture): NewReport | undefined {
  try {
    const reportId = reportIdOf(name)
    const dump = dumpOfCapture(capture, reportId, readSystemFacts())
    return { reportId, dump, createdAt: new Date(Number(capture.process.time / 1_000_000n)) }
  } catch (error) {
    log(databaseFolder, `${name}: no report could be made of it: ${messageOf(error)}`)
    return undefined
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The same id however often a capture is handled: a handler may die between the report and the removal of the capture. */
function reportIdOf(name: string): string {
  const digits = createHash('sha256').update(name).digest('hex')
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 3) | 8).toString(16)
  return [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, variant + digits.slice(17, 20), digits.slice(20, 32)].join(
    '-',
  )
}

export function log(databaseFolder: string, sentence: string): void {
  const path = join(capturesFolder(databaseFolder), 'log.txt')
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxLogBytes) renameSync(path, `${path}.old`)
    appendFileSync(path, `${new Date().toISOString()} ${sentence}\n`, { mode: 0o600 })
  } catch {
    // A full disk: the capture itself stays, and the next start tries again.
  }
}
