/**
 * Crashpad's lock of one report: a file beside it that only one can create, with the time in it. A lock that its owner left (killed, power cut)
 * hides the report from everybody, and after three days Crashpad deletes both; so we remember whose ours are, and take back what nobody holds.
 */
import { mkdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { staleLockMs } from '../limits.ts'
import { type Folder, ownFolder, pathOf } from './generic-layout.ts'

export interface ReportLock {
  release(): void
}

/** `undefined`: somebody else has it. */
export function lockReport(folder: string, state: Folder, id: string): ReportLock | undefined {
  const path = pathOf(folder, state, id, 'lock')
  const owner = join(folder, ownFolder, `${id}.${state}.owner`)
  if (!create(path)) {
    if (!isLeft(path, owner)) return undefined
    rmSync(path, { force: true })
    if (!create(path)) return undefined
  }
  mkdirSync(join(folder, ownFolder), { recursive: true, mode: 0o700 })
  writeFileSync(owner, myself(), { mode: 0o600 })
  return {
    release() {
      rmSync(owner, { force: true })
      rmSync(path, { force: true })
    },
  }
}

/** Whether the lock lies there without anybody behind it. */
function isLeft(path: string, owner: string): boolean {
  try {
    const age = Date.now() - statSync(path).mtimeMs
    if (age > staleLockMs) return true
    return isGone(readFileSync(owner, 'utf8'))
  } catch {
    // Another's lock, or it went at this moment.
    return false
  }
}

function create(path: string): boolean {
  const time = Buffer.alloc(8)
  time.writeBigInt64LE(BigInt(Math.floor(Date.now() / 1000)))
  try {
    writeFileSync(path, time, { flag: 'wx', mode: 0o600 })
    return true
  } catch {
    return false
  }
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
