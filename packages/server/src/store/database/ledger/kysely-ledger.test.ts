import { expect, it } from 'vitest'
import { describeStores } from '../../../../../../test/stores.ts'
import { defaultSettings } from '../../../api/project-settings.ts'

describeStores('the ledger', (open) => {
  it('finds a project by its key until the key is revoked', async () => {
    const { store } = await open()
    const { ledger } = store
    const made = await ledger.createProject({ slug: 'player', name: 'Player' })
    expect(made.keys).toHaveLength(1)
    const second = await ledger.addKey(made.id, 'beta')
    expect(second.key).toMatch(/^[0-9a-f]{32}$/)
    expect((await ledger.projectByKey(second.key))?.slug).toBe('player')
    expect(await ledger.revokeKey(made.id, second.key)).toBe(true)
    expect(await ledger.revokeKey(made.id, second.key)).toBe(false)
    expect(await ledger.projectByKey(second.key)).toBeUndefined()
    expect((await ledger.projectBySlug('player'))?.keys.map(({ label, revokedAt }) => [label, revokedAt !== undefined])).toEqual(
      expect.arrayContaining([
        ['default', false],
        ['beta', true],
      ]),
    )
  })

  it('changes what an update of settings names, and nothing else', async () => {
    const { store, openAgain } = await open()
    const { ledger } = store
    const made = await ledger.createProject({ slug: 'player', name: 'Player' })
    expect(made.settings).toEqual(defaultSettings)
    const rules = [{ name: 'nightly', field: 'channel', operator: 'equals', value: 'nightly', keepPercent: 10 }] as const
    await ledger.updateProject(made.id, { settings: { dailyQuota: 100, privacy: { dropFields: ['email'] } } })
    await Promise.all([
      ledger.updateProject(made.id, { name: 'The player' }),
      ledger.updateProject(made.id, { settings: { rules: [...rules] } }),
      ledger.updateProject(made.id, { settings: { privacy: { stripUrls: true } } }),
    ])
    const [key] = made.keys
    for (const one of [store, await openAgain()]) {
      const project = await one.ledger.projectByKey(key?.key ?? '')
      expect(project?.settings).toEqual({
        ...defaultSettings,
        dailyQuota: 100,
        rules,
        privacy: { ...defaultSettings.privacy, dropFields: ['email'], stripUrls: true },
      })
      expect([project?.name, project?.hashKey]).toEqual(['The player', made.hashKey])
    }
    expect(made.hashKey).toMatch(/^[0-9a-f]{64}$/)
    expect(await ledger.updateProject(4711, { name: 'x' })).toBeUndefined()
  })

  it('refuses a slug that is taken', async () => {
    const { store } = await open()
    await expect(store.ledger.createProject({ slug: 'default', name: 'x' })).rejects.toMatchObject({ code: 'slug_taken' })
  })

  it('refuses a key for a project that is not there', async () => {
    const { store } = await open()
    await expect(store.ledger.addKey(4711, 'x')).rejects.toMatchObject({ code: 'unknown_project' })
  })

  it('learns of a key that another program made', async () => {
    const { store, clock, openAgain } = await open()
    const [project] = await store.ledger.projects()
    const other = await openAgain()
    const { key } = await other.ledger.addKey(project?.id ?? 0, 'made elsewhere')
    clock.now += 2_000
    expect((await store.ledger.projectByKey(key))?.slug).toBe('default')
  })

  it('still knows the keys when the database is away', async () => {
    const { store, clock } = await open({ own: true })
    const [project] = await store.ledger.projects()
    const key = project?.keys[0]?.key ?? ''
    await store.close()
    clock.now += 3600_000
    expect((await store.ledger.projectByKey(key))?.slug).toBe('default')
  })

  it('opens a token by its secret until it expires or is revoked', async () => {
    const { store, clock } = await open()
    const { ledger } = store
    const { token, secret } = await ledger.createToken({
      name: 'ci',
      scopes: ['upload-symbols', 'read'],
      projects: [1],
      expiresAt: clock.now + 1_000,
    })
    expect(await ledger.tokenBySecret(secret)).toMatchObject({ id: token.id, scopes: ['upload-symbols', 'read'], projects: [1] })
    expect((await ledger.tokens()).find(({ id }) => id === token.id)?.lastUsedAt).toBe(clock.now)
    clock.now += 1_000
    expect(await ledger.tokenBySecret(secret)).toBeUndefined()
    const forever = await ledger.createToken({ name: 'x', scopes: ['read'], projects: undefined, expiresAt: undefined })
    expect(await ledger.revokeToken(forever.token.id)).toBe(true)
    expect(await ledger.tokenBySecret(forever.secret)).toBeUndefined()
    expect(await ledger.tokenBySecret('')).toBeUndefined()
  })

  it('opens the token of a session until the session ends', async () => {
    const { store, clock } = await open()
    const { ledger } = store
    const { token } = await ledger.createToken({ name: 'me', scopes: ['read'], projects: undefined, expiresAt: undefined })
    const first = await ledger.createSession(token.id, 60_000)
    const second = await ledger.createSession(token.id, 120_000)
    expect((await ledger.tokenBySession(first.secret))?.id).toBe(token.id)
    clock.now += 60_000
    expect(await ledger.tokenBySession(first.secret)).toBeUndefined()
    expect((await ledger.tokenBySession(second.secret))?.id).toBe(token.id)
    await ledger.revokeSession(second.secret)
    expect(await ledger.tokenBySession(second.secret)).toBeUndefined()
  })

  it('gives one fingerprint one group, also when many ask at once', async () => {
    const { store, projectId } = await open()
    const fingerprint = { projectId, rulesVersion: 1, signature: 'a | b' }
    const groups = await Promise.all(Array.from({ length: 10 }, () => store.ledger.groupOf(fingerprint)))
    expect(new Set(groups.map(({ id }) => id)).size).toBe(1)
    expect((await store.ledger.groupOf({ ...fingerprint, rulesVersion: 2 })).id).not.toBe(groups[0]?.id)
  })

  it('keeps the group of reports that are all signed anew', async () => {
    const { store, projectId } = await open()
    const { ledger } = store
    const from = { projectId, rulesVersion: 1, signature: 'libx.so@0x10' }
    const to = { ...from, signature: 'Player::play' }
    const group = await ledger.groupOf(from)
    await ledger.setGroupState(group.id, 'muted')
    expect(await ledger.moveFingerprint(from, to, true)).toMatchObject({ id: group.id, state: 'muted' })
    expect(await ledger.fingerprints(group.id)).toEqual(expect.arrayContaining([from, to]))
  })

  it('does not take a group that the new signature has already', async () => {
    const { store, projectId } = await open()
    const { ledger } = store
    const from = { projectId, rulesVersion: 1, signature: 'old' }
    const to = { ...from, signature: 'new' }
    const [old, known] = [await ledger.groupOf(from), await ledger.groupOf(to)]
    expect((await ledger.moveFingerprint(from, to, true)).id).toBe(known.id)
    expect(await ledger.fingerprints(old.id)).toEqual([from])
  })

  it('makes a group of its own for a report that leaves alone', async () => {
    const { store, projectId } = await open()
    const from = { projectId, rulesVersion: 1, signature: 'old' }
    const old = await store.ledger.groupOf(from)
    expect((await store.ledger.moveFingerprint(from, { ...from, signature: 'new' }, false)).id).not.toBe(old.id)
  })

  it('remembers erased reports and what was done', async () => {
    const { store } = await open()
    const { ledger } = store
    expect(await ledger.isErased('x')).toBe(false)
    await ledger.addTombstone('x')
    await ledger.addTombstone('x')
    expect(await ledger.isErased('x')).toBe(true)
    await ledger.audit({ actor: 'me', action: 'erase', target: 'x' })
    expect(await ledger.audits(5)).toMatchObject([{ actor: 'me', action: 'erase', target: 'x' }])
  })

  it('lets one at a time look at groups and change them, of two processes on PostgreSQL, too', async () => {
    const { store, openAgain } = await open()
    const isPostgres = expect.getState().currentTestName?.includes('the ledger, on PostgreSQL') === true
    const stores = [store, isPostgres ? await openAgain() : store]
    let inside = 0
    const most: number[] = []
    const work = async () => {
      inside += 1
      most.push(inside)
      await store.ledger.projects()
      inside -= 1
    }
    await Promise.all(Array.from({ length: 20 }, (_, i) => stores[i % 2]?.ledger.oneAtATime(1, work)))
    await expect(store.ledger.oneAtATime(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await store.ledger.oneAtATime(1, work)
    expect(most).toEqual(Array(21).fill(1))
  })
})
