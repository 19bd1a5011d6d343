import { createHash } from 'node:crypto'
import { existsSync, utimesSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeStores, type TestStore } from '../../../../../test/stores.ts'
import { SymbolCleanUp } from '../../symbols-in/clean-up.ts'
import { contentPath } from './content-files.ts'

const dayMs = 24 * 3600_000
let files = 0

async function upload({ store, dataDir, clock }: TestStore, scope: string, name: string, more = '') {
  files += 1
  const text = `MODULE Linux x86_64 0123456789ABCDEF0123456789ABCDEF0 ${name}\n${more}`
  const path = join(dataDir, `unused-${files}`)
  await writeFile(path, text)
  const sha256 = createHash('sha256').update(text).digest('hex')
  const added = await store.symbols.add({ scope, path, sha256, size: text.length, by: 'ci' })
  const stored = contentPath(join(dataDir, 'symbols'), sha256)
  const at = new Date(clock.now)
  utimesSync(stored, at, at)
  return { ...added, stored }
}

describeStores('symbols that no report needs', (open) => {
  it('go after their time, with their files and what was kept aside of them, and are counted', async () => {
    const opened = await open()
    const { store, clock, projectId } = opened
    const scope = `project:${projectId}`
    const old = await upload(opened, scope, 'old')
    const aside = await upload(opened, scope, 'old', 'PUBLIC 1 0 x\n')
    const needed = await upload(opened, scope, 'needed')
    clock.now += 20 * dayMs
    expect(await store.symbols.find(projectId, needed)).toBe(needed.stored)
    const fresh = await upload(opened, scope, 'fresh')
    clock.now += 11 * dayMs
    const removed = await store.symbols.removeUnused(scope, clock.now - 30 * dayMs)
    expect(removed).toEqual({ files: 2, bytes: old.size + aside.size })
    expect([old, aside, needed, fresh].map(({ stored }) => existsSync(stored))).toEqual([false, false, true, true])
    expect(await store.symbols.removed(scope)).toEqual({ ...removed, lastAt: clock.now })
    expect((await store.symbols.list({ projectId, limit: 9 })).items.map(({ debugFile }) => debugFile)).toEqual(['fresh', 'needed'])
    expect(await store.symbols.removeUnused(scope, clock.now - 30 * dayMs)).toEqual({ files: 0, bytes: 0 })
    clock.now += 20 * dayMs
    expect((await store.symbols.removeUnused(scope, clock.now - 30 * dayMs)).files).toBe(2)
    expect((await store.symbols.removed())?.files).toBe(4)
  })

  it('go by themselves after the days that a project, or the server for shared ones, says', async () => {
    const opened = await open()
    const { store, clock, projectId } = opened
    await store.ledger.updateProject(projectId, { settings: { symbolsUnusedDays: 10 } })
    const own = await upload(opened, `project:${projectId}`, 'own')
    const shared = await upload(opened, 'shared', 'shared')
    const kept = await upload(opened, 'shared', 'kept')
    const log = { info: () => undefined, warn: () => undefined }
    const cleanUp = async (sharedUnusedDays: number | null) => {
      const cleaner = new SymbolCleanUp({ store, log, clock: () => clock.now, sharedUnusedDays })
      await cleaner.run()
      await cleaner.close()
    }
    clock.now += 15 * dayMs
    await cleanUp(null)
    expect([own, shared, kept].map(({ stored }) => existsSync(stored))).toEqual([false, true, true])
    await store.symbols.find(projectId, kept)
    clock.now += 15 * dayMs
    await cleanUp(20)
    expect([shared, kept].map(({ stored }) => existsSync(stored))).toEqual([false, true])
    expect(await store.symbols.removed('shared')).toMatchObject({ files: 1 })
  })

  it('stay as files while another scope has them', async () => {
    const opened = await open()
    const { store, clock, projectId } = opened
    const scope = `project:${projectId}`
    const own = await upload(opened, scope, 'both')
    await upload(opened, 'shared', 'both')
    clock.now += 40 * dayMs
    expect((await store.symbols.removeUnused(scope, clock.now - dayMs)).files).toBe(1)
    expect(existsSync(own.stored)).toBe(true)
    expect(await store.symbols.find(projectId, own)).toBe(own.stored)
  })

  it('are written down as used once a day', async () => {
    const opened = await open()
    const { store, clock, projectId } = opened
    const module = await upload(opened, 'shared', 'app')
    await store.symbols.find(projectId, module)
    const usedAt = async () => (await store.symbols.list({ projectId, limit: 1 })).items[0]?.lastUsedAt
    const first = await usedAt()
    expect(first).toBe(Math.floor(clock.now / dayMs) * dayMs)
    clock.now += 1000
    await store.symbols.find(projectId, module)
    expect(await usedAt()).toBe(first)
    clock.now += dayMs
    await store.symbols.find(projectId, module)
    expect(await usedAt()).toBe((first ?? 0) + dayMs)
  })
})

describeStores('a quota of symbols', (open) => {
  it('refuses what is too much, and leaves nothing of it', async () => {
    const opened = await open()
    const { store, dataDir, projectId } = opened
    const scope = `project:${projectId}`
    const first = await upload(opened, scope, 'a')
    const path = join(dataDir, 'over')
    const text = `MODULE Linux x86_64 0123456789ABCDEF0123456789ABCDEF0 b\n`
    const sha256 = createHash('sha256').update(text).digest('hex')
    for (const quota of [
      { bytes: null, files: 1 },
      { bytes: first.size + 10, files: null },
    ]) {
      await writeFile(path, text)
      await expect(store.symbols.add({ scope, path, sha256, size: text.length, by: 'ci', quota })).rejects.toMatchObject({
        code: 'symbol_quota',
      })
      expect(existsSync(contentPath(join(dataDir, 'symbols'), sha256))).toBe(false)
      expect(await store.symbols.usage(scope)).toEqual({ files: 1, bytes: first.size })
    }
    await writeFile(path, text)
    const fits = await store.symbols.add({ scope, path, sha256, size: text.length, by: 'ci', quota: { bytes: 1000, files: 2 } })
    expect(fits.outcome).toBe('stored')
  })
})
