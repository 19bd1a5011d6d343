import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeStores } from '../../../../test/stores.ts'

describeStores('the first start', (open) => {
  it('makes a project with a key and a token in a file of its owner', async () => {
    const { store, dataDir, openAgain } = await open({ own: true })
    const projects = await store.ledger.projects()
    expect(projects.map(({ slug, keys }) => [slug, keys.length])).toEqual([['default', 1]])
    const path = join(dataDir, 'admin-token')
    const secret = (await readFile(path, 'utf8')).trim()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await store.ledger.tokenBySecret(secret))?.scopes).toEqual(['read', 'read-dumps', 'triage', 'upload-symbols', 'administer'])
    const again = await openAgain()
    expect(await again.ledger.projects()).toEqual(projects)
    expect(await again.ledger.tokens()).toHaveLength(1)
    expect((await readFile(path, 'utf8')).trim()).toBe(secret)
  })
})
