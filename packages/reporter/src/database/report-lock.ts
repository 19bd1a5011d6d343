/**
 * Crashpad's lock of one report: a file beside it that only one can create, with the time in it. A lock that its owner left (killed, power cut)
 * hides the report from everybody, and after three days Crashpad deletes both. So ours is a second name of a note that is named after its owner:
 * from a lock one finds the note, from the note the process, and a lock of a dead one is taken back.
 */
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { staleLockMs } from '../limits.ts'
import { type Folder, namesIn, ownFolder, pathOf } from './generic-layout.ts'

export interface ReportLock {
  /** Says that its owner is still at work. */
  renew(): void
  release(): void
}

/** What Crashpad writes into a lock. */
const timeBytes = 8
/** A few calls of the file system, on a machine that is very busy. */
const takeOverMs = 60_000
const randomPart = 4

/** `undefined`: somebody else has it. */
export function lockReport(folder: string, state: Folder, id: string): ReportLock | undefined {
  const path = pathOf(folder, state, id, 'lock')
  const own = join(folder, ownFolder)
  mkdirSync(own, { recursive: true, mode: 0o700 })
  const owner = Buffer.from(myself()).toString('base64url')
  const note = join(own, `${id}.${state}.${owner}.${randomBytes(randomPart).toString('hex')}.owner`)
  create(note)
  if (link(note, path) || takeOver(path, note, join(own, `${id}.${state}.taking`))) {
    return {
      renew() {
        touch(path)
      },
      release() {
        rmSync(path, { force: true })
        rmSync(note, { force: true })
      },
    }
  }
  rmSync(note, { force: true })
  return undefined
}

/** Two may find the same lock left at once; one of them gets it. */
function takeOver(path: string, note: string, guard: string): boolean {
  if (!isLeft(path)) return false
  if (!create(guard)) {
    // Its owner died in the few steps below.
    if (ageOf(guard) > takeOverMs) rmSync(guard, { force: true })
    return false
  }
  try {
    if (!isLeft(path)) return false
    rmSync(path, { force: true })
    return link(note, path)
  } finally {
    rmSync(guard, { force: true })
  }
}

/** Notes of processes that are gone, whose locks are gone or taken over by others, and marks that lie there. */
export function removeLeftNotes(folder: string): void {
  for (const name of namesIn(join(folder, ownFolder))) {
    const path = join(folder, ownFolder, name)
    const owner = ownerOf(name)
    if (owner === undefined ? name.endsWith('.taking') && ageOf(path) > takeOverMs : isGone(owner)) rmSync(path, { force: true })
  }
}

/** Whether the lock lies there without anybody behind it. */
function isLeft(path: string): boolean {
  const lock = statSync(path, { throwIfNoEntry: false })
  if (lock === undefined) return false
  if (Date.now() - lock.mtimeMs > staleLockMs) return true
  const [, folder = '', state = '', id = ''] = /^(.*)[\\/](\w+)[\\/]([^\\/]+)\.lock$/.exec(path) ?? []
  for (const name of namesIn(join(folder, ownFolder))) {
    const owner = name.startsWith(`${id}.${state}.`) ? ownerOf(name) : undefined
    if (owner === undefined) continue
    const note = statSync(join(folder, ownFolder, name), { throwIfNoEntry: false })
    if (note?.ino === lock.ino && note.dev === lock.dev) return isGone(owner)
  }
  // Crashpad's own.
  return false
}

function ownerOf(note: string): string | undefined {
  const [, owner] = /^.{36}\.\w+\.([\w-]+)\.[0-9a-f]+\.owner$/.exec(note) ?? []
  return owner === undefined ? undefined : Buffer.from(owner, 'base64url').toString()
}

/** What has gone meanwhile needs no time. */
function touch(path: string): void {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {}
}

function ageOf(path: string): number {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
}

/** False: it is there already. */
function create(path: string): boolean {
  const time = Buffer.alloc(timeBytes)
  time.writeBigInt64LE(BigInt(Math.floor(Date.now() / 1000)))
  try {
    writeFileSync(path, time, { flag: 'wx', mode: 0o600 })
    return true
  } catch {
    return false
  }
}

/** Where a file system has no second names, the lock is one that only its age frees. */
function link(note: string, path: string): boolean {
  try {
    linkSync(note, path)
    return true
  } catch (error) {
    return isTaken(error) ? false : create(path)
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

/** A process for all time: number, start, and where both count (boot, container). */
export function myself(): string {
  return `${process.pid} ${startOf(process.pid)} ${namespace()}`
}

/** Only what is certain: a process of another container may live without our seeing it. */
export function isGone(owner: string): boolean {
  const [pid, start, ...where] = owner.split(' ')
  if (where.join(' ') !== namespace()) return false
  const now = startOf(Number(pid))
  return now !== start
}

function startOf(pid: number): string {
  try {
    // Behind the name, which may hold anything; fields 3 and 22 of proc(5).
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    // Dead, but nobody has asked for its status: containers often have no init that does.
    return fields[0] === 'Z' || fields[0] === 'X' ? 'gone' : (fields[19] ?? '')
  } catch {
    return isAlive(pid) ? '' : 'gone'
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return process.platform
  }
}
