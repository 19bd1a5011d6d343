/** Crashpad's `settings.dat`: consent, the time of the last upload, and the id of this installation (`guid`). */
import { linkSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { inside } from '../inside.ts'
import { closing, underLock } from './flock.ts'
import { decodeUuid, encodeUuid, newUuid } from './uuid.ts'

export interface DatabaseSettings {
  readonly uploadsEnabled: boolean
  /** Unix seconds, 0: never. Of every try, successful or not. */
  readonly lastUploadAttempt: number
  readonly clientId: string
}

const magic = 0x43506473
const version = 1
const settingsBytes = 40
const optionsOffset = 8
const lastUploadOffset = 16
const clientIdOffset = 24
const uploadsEnabledBit = 1

export function settingsPath(folder: string): string {
  return inside(folder, 'settings.dat')
}

/** `undefined`: there is none, or what is there is no settings file. */
export function readSettings(folder: string): DatabaseSettings | undefined {
  const bytes = read(settingsPath(folder))
  if (bytes === undefined) return undefined
  if (isWhole(bytes)) return decode(bytes)
  // Crashpad empties the file before it writes it; under its lock nobody is in between.
  const again = bytes.length < settingsBytes ? readLocked(settingsPath(folder)) : bytes
  return again !== undefined && isWhole(again) ? decode(again) : undefined
}

/** What is there, or a new installation: nobody ever sees an unfinished file. A broken one is replaced, as Crashpad does. */
export function openSettings(folder: string, uploadsEnabled: boolean): DatabaseSettings {
  const known = readSettings(folder)
  if (known !== undefined) return known
  const path = settingsPath(folder)
  const mine = `${path}.${process.pid}`
  const bytes = Buffer.alloc(settingsBytes)
  bytes.writeUInt32LE(magic, 0)
  bytes.writeUInt32LE(version, 4)
  bytes.writeUInt32LE(uploadsEnabled ? uploadsEnabledBit : 0, optionsOffset)
  encodeUuid(newUuid()).copy(bytes, clientIdOffset)
  if (read(path) === undefined) {
    const file = openSync(mine, 'w', 0o600)
    // Not synced: a program waits for this, and after a power cut in its first seconds an installation may get another id.
    closing(file, () => writeSync(file, bytes, 0, settingsBytes, 0))
    try {
      linkSync(mine, path)
    } catch {
      // Another process was first, or the file system has no links.
    }
    unlinkSync(mine)
    const made = readSettings(folder)
    if (made !== undefined) return made
  }
  underLock(openSync(path, 'a+', 0o600), () => rewrite(path, bytes))
  return decode(bytes)
}

export function writeUploadsEnabled(folder: string, enabled: boolean): void {
  const known = openSettings(folder, enabled)
  if (known.uploadsEnabled === enabled) return
  underLock(openSync(settingsPath(folder), 'r+'), (file) => {
    const options = Buffer.alloc(4)
    readSync(file, options, 0, 4, optionsOffset)
    options.writeUInt32LE(enabled ? options.readUInt32LE() | uploadsEnabledBit : options.readUInt32LE() & ~uploadsEnabledBit)
    writeSync(file, options, 0, 4, optionsOffset)
  })
}

export function writeLastUploadAttempt(folder: string, seconds: number): void {
  openSettings(folder, false)
  underLock(openSync(settingsPath(folder), 'r+'), (file) => {
    const time = Buffer.alloc(8)
    time.writeBigInt64LE(BigInt(seconds))
    writeSync(file, time, 0, 8, lastUploadOffset)
  })
}

function rewrite(path: string, bytes: Buffer): void {
  const file = openSync(path, 'r+')
  closing(file, () => writeSync(file, bytes, 0, settingsBytes, 0))
}

function read(path: string): Buffer | undefined {
  const file = openIfThere(path)
  return file === undefined ? undefined : closing(file, firstBytes)
}

function readLocked(path: string): Buffer | undefined {
  const file = openIfThere(path)
  return file === undefined ? undefined : underLock(file, firstBytes)
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

function firstBytes(file: number): Buffer {
  const bytes = Buffer.alloc(settingsBytes)
  return bytes.subarray(0, readSync(file, bytes, 0, settingsBytes, 0))
}

function isWhole(bytes: Buffer): boolean {
  return bytes.length === settingsBytes && bytes.readUInt32LE(0) === magic && bytes.readUInt32LE(4) === version
}

function decode(bytes: Buffer): DatabaseSettings {
  return {
    uploadsEnabled: (bytes.readUInt32LE(optionsOffset) & uploadsEnabledBit) !== 0,
    lastUploadAttempt: Number(bytes.readBigInt64LE(lastUploadOffset)),
    clientId: decodeUuid(bytes.subarray(clientIdOffset)),
  }
}
