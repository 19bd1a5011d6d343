import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { symbolLimits } from './limits.ts'
import { StagedFiles } from './staged-files.ts'
import { type Ticket, Tickets } from './tickets.ts'
import { withUploadFolder } from './upload-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'crashkeep-staged-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let tests = 0

function open() {
  tests += 1
  const folder = join(root, String(tests))
  let now = 1_700_000_000_000
  let files = 0
  const staged = () => new StagedFiles(join(folder, 'symbols-staged'), () => now, symbolLimits)
  return {
    folder,
    staged,
    later: (ms: number) => {
      now += ms
    },
    file: (text: string) => {
      files += 1
      const path = join(root, `${tests}-${files}`)
      writeFileSync(path, text)
      return { path, name: 'x', size: text.length }
    },
  }
}

describe('what clients put down', () => {
  test('outlives the program, whatever its key is, until it is taken', async () => {
    const { staged, file, folder } = open()
    await staged().put('chunk ../../../etc/passwd', file('piece'))
    const restarted = staged()
    expect(restarted.has('chunk other')).toBe(false)
    expect(readFileSync(restarted.path('chunk ../../../etc/passwd') ?? '', 'utf8')).toBe('piece')
    const target = join(root, 'taken')
    expect(await restarted.take('chunk ../../../etc/passwd', target, 'a.sym')).toEqual({ path: target, name: 'a.sym', size: 5 })
    expect(readFileSync(target, 'utf8')).toBe('piece')
    expect(readdirSync(join(folder, 'symbols-staged'))).toEqual([])
    expect(staged().has('chunk ../../../etc/passwd')).toBe(false)
  })

  test('is seen by another process of the same folder', async () => {
    const { staged, file } = open()
    const [one, other] = [staged(), staged()]
    await one.put('a', file('first'))
    expect(readFileSync(other.path('a') ?? '', 'utf8')).toBe('first')
    await other.drop('a')
    expect(await one.take('a', join(root, 'gone'), '')).toBeUndefined()
    expect(one.has('a')).toBe(false)
  })

  test('goes after its hour, also when the program was not there', async () => {
    const { staged, file, later, folder } = open()
    const first = staged()
    await first.put('old', file('old'))
    later(symbolLimits.stagedLifetimeMs / 2)
    await first.put('new', file('new'))
    later(symbolLimits.stagedLifetimeMs / 2)
    expect([first.has('old'), first.has('new')]).toEqual([false, true])
    const second = staged()
    expect([second.has('old'), second.has('new')]).toEqual([false, true])
    expect(readdirSync(join(folder, 'symbols-staged'))).toHaveLength(1)
    later(symbolLimits.stagedLifetimeMs)
    await second.dropOld()
    expect(readdirSync(join(folder, 'symbols-staged'))).toEqual([])
  })

  test('is bounded, counting what an earlier life left', async () => {
    const { staged, file } = open()
    const huge = (bytes: number) => ({ ...file(''), size: bytes })
    const first = staged()
    await first.put('a', huge(symbolLimits.maxStagedBytes))
    await expect(first.put('b', file('x'))).rejects.toMatchObject({ code: 'busy' })
    await first.put('a', huge(0)).catch(() => undefined)
    await first.drop('a')
    await first.put('b', file('x'))
    expect(first.has('b')).toBe(true)
  })
})

test('an address that was handed out is good once, also after a restart, and for its owner', async () => {
  const { staged, folder, later } = open()
  const owner = {
    scope: 'project:7',
    projectId: 7,
    keepsDebugFiles: true,
    quota: { bytes: 10, files: null },
    by: 'token:1 ci',
    tokenId: '1',
  }
  const ticket: Ticket = { owner, name: 'a.sym', release: '1', key: 'k', whole: false }
  const shared: Ticket = { ...ticket, owner: { ...owner, projectId: undefined, quota: undefined } }
  const issue = (what: Ticket) => withUploadFolder(folder, (upload) => new Tickets(staged()).issue(what, upload))
  const take = (token: string) => withUploadFolder(folder, (upload) => new Tickets(staged()).take(token, upload))
  const [one, two, three] = [await issue(ticket), await issue(shared), await issue(ticket)]
  expect(await take('f'.repeat(48))).toBeUndefined()
  expect(await take(one)).toEqual(ticket)
  expect(await take(one)).toBeUndefined()
  expect(await take(two)).toEqual(shared)
  later(symbolLimits.stagedLifetimeMs)
  expect(await take(three)).toBeUndefined()
  expect(existsSync(join(folder, 'symbols-staged'))).toBe(true)
})
