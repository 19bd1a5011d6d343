/** The real Crashpad: Debian's Chromium brings its handler. */
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export const chromiumFolder = '/usr/lib/chromium'
export const crashpadHandler: string = join(chromiumFolder, 'chrome_crashpad_handler')

/** From Crashpad's settings.cc: magic, version, options, padding, time of the last upload, client id. */
const settingsMagic = 0x43506473
const settingsBytes = 40
const optionsOffset = 8
const clientIdOffset = 24
const uploadsEnabled = 1

/** A database of crashes whose owner has agreed to uploads; without that a handler keeps them to itself. */
export function consentingDatabase(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const settings = Buffer.alloc(settingsBytes)
  settings.writeUInt32LE(settingsMagic, 0)
  settings.writeUInt32LE(1, 4)
  settings.writeUInt32LE(uploadsEnabled, optionsOffset)
  randomBytes(16).copy(settings, clientIdOffset)
  writeFileSync(settingsPath(folder), settings, { mode: 0o600 })
  return folder
}

export function settingsPath(database: string): string {
  return join(database, 'settings.dat')
}

/** The same for a database that a running handler has made; it looks before each upload. */
export function consent(database: string): void {
  const file = openSync(settingsPath(database), 'r+')
  writeSync(file, Buffer.from([uploadsEnabled]), 0, 1, optionsOffset)
  closeSync(file)
}
