import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CrashDatabase } from './crash-database.ts'
import { pathOf } from './generic-layout.ts'
import { lockReport, myself } from './report-lock.ts'
import { encodeMeta, newMeta } from './report-meta.ts'

let database: CrashDatabase
let id: string

beforeEach(() => {
  database = new CrashDatabase(mkdtempSync(join(tmpdir(), 'crashkeep-database-')))
  id = database.add(Buffer.from('MDMP'), { createdAt: new Date(1_700_000_000_000) })
})
afterEach(() => rmSync(database.folder, { recursive: true }))

const path = (state: 'pending' | 'completed', extension: 'dmp' | 'meta' | 'lock'): string => pathOf(database.folder, state, id, extension)

describe('a report', () => {
  test('that is added twice is refused, and the first stays', () => {
    expect(() => database.add(Buffer.from('other'), { id })).toThrow(`The database has report ${id} already.`)
    expect(database.find(id)).toMatchObject({ state: 'pending' })
    expect(readdirSync(join(database.folder, 'new'))).toEqual([])
  })

  test('whose writer was killed is written whole by the next', () => {
    const other = '0d9f3a52-7c1e-4b7a-9f00-2b6a5c4d3e2f'
    writeFileSync(pathOf(database.folder, 'new', other, 'dmp'), 'half')
    writeFileSync(pathOf(database.folder, 'pending', other, 'meta'), '')
    database.add(Buffer.from('whole'), { id: other })
    expect(readFileSync(database.find(other).dumpPath, 'utf8')).toBe('whole')
  })

  test('that somebody sends can neither be deleted nor sent', () => {
    const lock = lockReport(database.folder, 'pending', id)
    expect(database.find(id).state).toBe('uploading')
    expect(() => database.delete(id)).toThrow('is being sent at this moment')
    expect(() => database.requestUpload(id)).toThrow('is being sent at this moment')
    lock?.release()
    database.delete(id)
    expect(() => database.find(id)).toThrow(`The database has no report ${id}.`)
    expect(existsSync(path('pending', 'meta'))).toBe(false)
  })

  test('whose sender died is free again: by its note, or after an hour', () => {
    const lock = lockReport(database.folder, 'pending', id)
    const note = join(database.folder, 'crashkeep', `${id}.pending.owner`)
    writeFileSync(note, myself().replace(/^\d+/, '4194304'))
    expect(lockReport(database.folder, 'pending', id)).toBeDefined()
    writeFileSync(note, '1 1 pid:[another container]')
    expect(lockReport(database.folder, 'pending', id)).toBeUndefined()
    const twoHoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000)
    utimesSync(path('pending', 'lock'), twoHoursAgo, twoHoursAgo)
    expect(lockReport(database.folder, 'pending', id)).toBeDefined()
    lock?.release()
  })

  test('whose move was cut off is in one place again', () => {
    writeFileSync(path('completed', 'meta'), encodeMeta(newMeta(1)))
    expect(database.stored()).toHaveLength(1)
    database.prune({}, 1_700_000_000_000)
    expect([existsSync(path('pending', 'meta')), existsSync(path('completed', 'meta'))]).toEqual([true, false])
  })

  test('takes attachments by names that Crashpad takes', () => {
    database.attach(id, 'app.log', 'words')
    expect(() => database.attach(id, 'app.log', 'again')).toThrow('has an attachment app.log already')
    for (const name of ['', '..', '../x', 'a b', 'ä', 'x'.repeat(129)])
      expect(() => database.attach(id, name, '')).toThrow('is made of letters')
  })

  test('without metadata, or with broken, is left alone and not listed', () => {
    writeFileSync(path('pending', 'meta'), '')
    expect(database.stored()).toEqual([])
    expect(existsSync(path('pending', 'dmp'))).toBe(true)
  })

  test('is found by a UUID only', () => {
    expect(() => database.find('../settings')).toThrow('has no report')
  })
})
