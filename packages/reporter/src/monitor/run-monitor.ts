/**
 * The process that old documents of Electron tell to start beside a program: it watches a folder of crashes and sends what comes. It ends by a signal,
 * or when the process that started it is gone and nothing is left to send.
 */
import { appendFileSync, type FSWatcher, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CrashDatabase } from '../database/crash-database.ts'
import { readDumpFacts } from '../database/dump-fields.ts'
import { readSettings } from '../database/settings.ts'
import { type DeliveryOptions, deliverOnce } from '../upload/deliver.ts'
import { DailyCount } from './daily-count.ts'
import { type MonitorArguments, parseMonitorArguments } from './monitor-arguments.ts'
import { takeLooseDumps } from './take-loose-dumps.ts'

const wrongArguments = 1
const noFolder = 2
const lookMs = 2000
/** After the parent's end: its children may still die. */
const graceMs = 10_000

/** The exit code. */
export async function runMonitor(args: readonly string[]): Promise<number> {
  const wanted = parseMonitorArguments(args)
  if ('error' in wanted) {
    process.stderr.write(`${wanted.error}\n`)
    return wrongArguments
  }
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
  try {
    return await watchFolder(wanted, stop.signal)
  } catch (cause) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`)
    return noFolder
  }
}

async function watchFolder(wanted: MonitorArguments, signal: AbortSignal): Promise<number> {
  const database = openDatabase(wanted.crashesDirectory)
  const log = logTo(join(database.folder, 'operation_log.txt'))
  const count = new DailyCount(join(database.folder, 'crash_checkpoint.txt'))
  const settings = { submitURL: wanted.reporterUrl, compress: true, rateLimit: false, retention: {} }
  const options: DeliveryOptions = { signal, mayTry: () => !count.isFull }
  log(`Crash service starting: ${wanted.applicationName}, ${wanted.crashesDirectory}`)
  const parent = process.ppid
  let quietSince = Date.now()
  for (;;) {
    const wake = new AbortController()
    const watchers = watchAll([database.folder, join(database.folder, 'pending')], wake)
    for (const name of takeLooseDumps(database)) log(`Took ${name}`)
    const before = uploadedIds(database)
    for (const { id, dumpPath, state } of database.stored()) if (state === 'pending') describe(database.folder, id, dumpPath)
    await deliverOnce(database, settings, options)
    for (const report of database.stored()) {
      if (report.state !== 'uploaded' || before.has(report.id)) continue
      count.add()
      log(`Report ${report.id} is at the server as ${report.remoteId}`)
      appendFileSync(join(database.folder, 'uploads.log'), `${seconds(report.lastUploadAttemptAt)},${report.remoteId}\n`, { mode: 0o600 })
      rmSync(join(database.folder, `${report.id}.txt`), { force: true })
      quietSince = Date.now()
    }
    database.prune()
    const isOver = process.ppid !== parent && Date.now() - quietSince > graceMs
    if (!signal.aborted && !isOver) await pause(signal, wake.signal)
    for (const watcher of watchers) watcher.close()
    if (signal.aborted || isOver) break
  }
  log('Crash service ends')
  return 0
}

/** Who starts a monitor wants reports sent, unless the folder says otherwise already. */
function openDatabase(folder: string): CrashDatabase {
  const isNew = readSettings(folder) === undefined
  const database = new CrashDatabase(folder)
  if (isNew) database.setUploadsEnabled(true)
  return database
}

/** What the report will say, one `name:value` in a line, as long as it waits. */
function describe(folder: string, id: string, dumpPath: string): void {
  const lines = [...readDumpFacts(dumpPath).fields].map(([name, value]) => `${name}:${value.replace(/[\r\n]+/g, ' ')}`)
  try {
    writeFileSync(join(folder, `${id}.txt`), `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 })
  } catch {
    // Written before.
  }
}

function uploadedIds(database: CrashDatabase): ReadonlySet<string> {
  return new Set(database.stored().flatMap(({ id, state }) => (state === 'uploaded' ? [id] : [])))
}

function watchAll(folders: readonly string[], wake: AbortController): FSWatcher[] {
  return folders.flatMap((folder) => {
    try {
      return [watch(folder, () => wake.abort()).on('error', () => {})]
    } catch {
      // No watches left on this system: the look every few seconds finds the same.
      return []
    }
  })
}

async function pause(...signals: readonly AbortSignal[]): Promise<void> {
  try {
    await delay(lookMs, undefined, { signal: AbortSignal.any([...signals]) })
  } catch {
    // Woken.
  }
}

function logTo(path: string): (line: string) => void {
  return (line) => {
    try {
      appendFileSync(path, `${new Date().toISOString()} ${line}\n`, { mode: 0o600 })
    } catch {
      // A full disk is no reason to stop sending.
    }
  }
}

function seconds(date: Date | undefined): number {
  return Math.floor((date?.getTime() ?? 0) / 1000)
}
