import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { staleLockMs } from '../limits.ts'
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

  /** As another process would name its note. */
  function disown(owner: string): void {
    const own = join(database.folder, 'crashkeep')
    const [note = ''] = readdirSync(own).filter((name) => name.endsWith('.owner'))
    renameSync(join(own, note), join(own, `${id}.pending.${Buffer.from(owner).toString('base64url')}.0.owner`))
  }

  test('whose sender died is free again', () => {
    expect(lockReport(database.folder, 'pending', id)).toBeDefined()
    expect(lockReport(database.folder, 'pending', id)).toBeUndefined()
    disown(myself().replace(/^\d+/, '4194304'))
    expect(lockReport(database.folder, 'pending', id)).toBeDefined()
    expect(readFileSync(path('pending', 'lock'))).toHaveLength(8)
  })

  test('whose sender is of another container, or Crashpad, is free when its lock has not been renewed for long', () => {
    const long = new Date(Date.now() - 2 * staleLockMs)
    const lock = lockReport(database.folder, 'pending', id)
    disown('1 1 pid:[another container]')
    expect(lockReport(database.folder, 'pending', id)).toBeUndefined()
    utimesSync(path('pending', 'lock'), long, long)
    lock?.renew()
    expect(lockReport(database.folder, 'pending', id)).toBeUndefined()
    rmSync(path('pending', 'lock'))
    writeFileSync(path('pending', 'lock'), Buffer.alloc(8))
    expect(lockReport(database.folder, 'pending', id)).toBeUndefined()
    utimesSync(path('pending', 'lock'), long, long)
    expect(lockReport(database.folder, 'pending', id)).toBeDefined()
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
