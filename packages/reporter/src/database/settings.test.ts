import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSettings, readSettings, settingsPath, writeLastUploadAttempt, writeUploadsEnabled } from './settings.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crashkeep-settings-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('settings.dat', () => {
  test('is read as Crashpad wrote it', () => {
    // Of chrome_crashpad_handler of Chromium 156, uploads switched on.
    writeFileSync(
      settingsPath(folder),
      Buffer.from('7364504301000000010000000000000013000000000000001f006b14540ddb4aa59ae9c901020304', 'hex'),
    )
    expect(readSettings(folder)).toEqual({
      uploadsEnabled: true,
      lastUploadAttempt: 0x13,
      clientId: '146b001f-0d54-4adb-a59a-e9c901020304',
    })
  })

  test('of a new installation has an id that stays, and nothing beside it', () => {
    const made = openSettings(folder, false)
    expect(made.clientId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
    expect(openSettings(folder, true)).toEqual(made)
    expect(readFileSync(settingsPath(folder))).toHaveLength(40)
  })

  test('changes one field and leaves the others, and what stands behind them', () => {
    const { clientId } = openSettings(folder, false)
    writeFileSync(settingsPath(folder), Buffer.concat([readFileSync(settingsPath(folder)), Buffer.from('more')]))
    writeUploadsEnabled(folder, true)
    writeLastUploadAttempt(folder, 77)
    expect(readSettings(folder)).toEqual({ uploadsEnabled: true, lastUploadAttempt: 77, clientId })
    expect(readFileSync(settingsPath(folder)).toString('latin1', 40)).toBe('more')
  })

  test.each(['', 'sdPC', 'x'.repeat(40)])('that is broken (%j) becomes that of a new installation', (text) => {
    writeFileSync(settingsPath(folder), text)
    expect(readSettings(folder)).toBeUndefined()
    const made = openSettings(folder, true)
    expect(readSettings(folder)).toEqual(made)
  })
})
