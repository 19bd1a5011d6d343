import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeStores, type TestStore, testSpoolReport } from '../../../../../test/stores.ts'
import { moduleKey } from '../symbol-fetches.ts'

const app = { debugFile: 'app', debugId: '0123456789ABCDEF0123456789ABCDEF0' }
const lib = { debugFile: "lib'%.so", debugId: 'F'.repeat(33) }
const hourMs = 3600_000
let files = 0

async function answer({ store, dataDir }: TestStore, source: string, module: typeof app, text: string) {
  files += 1
  const path = join(dataDir, `fetched-${files}`)
  await writeFile(path, text)
  const file = { path, sha256: createHash('sha256').update(text).digest('hex'), size: text.length }
  await store.fetches.setAnswer({ source, ...module, outcome: 'found', file, lifeMs: undefined })
}

describeStores('symbols from other servers', (open) => {
  it('wants a module once for all reports, and hands it out to one caller at a time', async () => {
    const { store, projectId, clock } = await open()
    const { fetches } = store
    await fetches.want(projectId, [{ ...app, codeFile: '/opt/app', codeId: 'ab' }, lib])
    await fetches.want(projectId, [app])
    await fetches.want(4711, [app])
    expect(await fetches.waiting(projectId, [app, lib, { debugFile: 'other', debugId: 'A'.repeat(33) }])).toEqual(
      new Set([moduleKey(app), moduleKey(lib)]),
    )
    expect(await fetches.lease(10, 1_000, [4711])).toMatchObject([
      { ...app, projectId, codeFile: '/opt/app', codeId: 'ab', attempt: 1 },
      { ...lib, projectId, attempt: 1 },
    ])
    expect(await fetches.lease(10, 1_000, [])).toMatchObject([{ projectId: 4711 }])
    expect(await fetches.lease(10, 1_000, [])).toEqual([])
    clock.now += 2_000
    expect(await fetches.lease(1, 1_000, [])).toMatchObject([{ attempt: 2 }])
  })

  it('keeps what was wanted again while somebody worked on it, and forgets the rest', async () => {
    const { store, projectId } = await open()
    const { fetches } = store
    await fetches.want(projectId, [app, lib])
    const [first, second] = await fetches.lease(2, 1_000, [])
    if (first === undefined || second === undefined) throw new Error('Two were wanted.')
    await fetches.want(projectId, [app])
    await fetches.done(first)
    await fetches.done(second)
    expect(await fetches.lease(2, 1_000, [])).toMatchObject([{ ...app, attempt: 1 }])
  })

  it('puts off what could not be answered, until somebody wants it anew', async () => {
    const { store, projectId, clock } = await open()
    const { fetches } = store
    await fetches.want(projectId, [app])
    const [want] = await fetches.lease(1, 1_000, [])
    if (want === undefined) throw new Error('One was wanted.')
    await fetches.later(want, hourMs)
    clock.now += hourMs / 2
    expect(await fetches.lease(1, 1_000, [])).toEqual([])
    await fetches.want(projectId, [app])
    const [again] = await fetches.lease(1, 1_000, [])
    if (again === undefined) throw new Error('One was wanted.')
    await fetches.want(projectId, [app])
    await fetches.later(again, hourMs)
    expect(await fetches.lease(1, 1_000, [])).toHaveLength(1)
  })

  it('remembers answers for their time, and finds the file of the first source that has one', async () => {
    const opened = await open()
    const { fetches } = opened.store
    await fetches.setAnswer({ source: 'one', ...app, outcome: 'not_found', detail: "it's", place: 'https://x/', lifeMs: hourMs })
    await answer(opened, 'two', app, 'second')
    await answer(opened, 'three', app, 'third')
    opened.clock.now += 2 * hourMs
    const answers = await fetches.answers([{ ...app, debugId: app.debugId.toLowerCase() }, lib])
    expect(answers.map(({ source, outcome, alive, detail }) => [source, outcome, alive, detail]).sort()).toEqual([
      ['one', 'not_found', false, "it's"],
      ['three', 'found', true, undefined],
      ['two', 'found', true, undefined],
    ])
    const text = async (sources: string[]) => {
      const found = (await fetches.find(sources, [app, lib])).get(moduleKey(app))
      return found && (await readFile(found.path, 'utf8'))
    }
    expect(await text(['one', 'three', 'two'])).toBe('third')
    expect(await text(['two', 'three'])).toBe('second')
    expect(await text(['one'])).toBeUndefined()
    // A file that is replaced leaves nothing behind, one that another module has stays.
    await answer(opened, 'four', lib, 'second')
    await answer(opened, 'two', app, 'newer')
    expect(await text(['two'])).toBe('newer')
    expect((await fetches.find(['four'], [lib])).size).toBe(1)
  })

  it('gives the longest unused files back to the disk, and forgets old answers', async () => {
    const opened = await open()
    const { fetches } = opened.store
    await answer(opened, 'one', app, 'a'.repeat(1_000))
    await answer(opened, 'one', lib, 'b'.repeat(1_000))
    await fetches.setAnswer({ source: 'two', ...app, outcome: 'failed', lifeMs: hourMs })
    opened.clock.now += 48 * hourMs
    await fetches.find(['one'], [app])
    expect(await fetches.usage()).toEqual({ files: 2, bytes: 2_000 })
    expect(await fetches.cleanUp(1_500, 1_000, 49 * hourMs)).toBe(0)
    expect(await fetches.cleanUp(1_500, 1_000)).toBe(1)
    expect(await fetches.usage()).toEqual({ files: 1, bytes: 1_000 })
    expect([...(await fetches.find(['one'], [app, lib])).keys()]).toEqual([moduleKey(app)])
    expect(await fetches.answers([app])).toHaveLength(2)
    opened.clock.now += 30 * 24 * hourMs
    expect(await fetches.cleanUp(1_500, 1_000)).toBe(0)
    expect(await fetches.answers([app])).toMatchObject([{ outcome: 'found' }])
    for (const name of ['x', 'y', 'z']) await fetches.setAnswer({ source: name, ...lib, outcome: 'not_found', lifeMs: hourMs })
    opened.clock.now += 1
    await fetches.setAnswer({ source: 'last', ...lib, outcome: 'not_found', lifeMs: hourMs })
    await fetches.cleanUp(1_500, 2)
    expect((await fetches.answers([lib])).length).toBeLessThan(4)
  })

  it('knows the modules of a report, and how many installations lack them', async () => {
    const { store, projectId } = await open()
    const ids: string[] = []
    for (const installation of ['a', 'b', 'b']) {
      const report = testSpoolReport(projectId, { fields: new Map([['guid', installation]]) })
      await store.settle(report)
      await store.index.setProcessed(report.id, {
        ...{ crashedAt: undefined, platform: undefined, processType: undefined, product: undefined, version: undefined, reason: undefined },
        ...{ signature: 's', groupId: 'g', processedAt: 1, problems: [] },
        modules: [
          { ...app, codeFile: '/opt/app', hadSymbols: false },
          { ...lib, hadSymbols: true },
        ],
      })
      ids.push(report.id)
    }
    expect(await store.index.reportModules(ids[0] ?? '')).toEqual([
      { ...app, codeFile: '/opt/app', codeId: undefined, hadSymbols: false },
      { ...lib, codeFile: undefined, codeId: undefined, hadSymbols: true },
    ])
    const lacking = await store.index.installationsLacking(projectId, [app, lib])
    expect([lacking.get(moduleKey(app)), lacking.get(moduleKey(lib))]).toEqual([2, 0])
    expect(await store.fetches.wantLacking(projectId, 10)).toBe(1)
    expect(await store.fetches.waiting(projectId, [app, lib])).toEqual(new Set([moduleKey(app)]))
  })

  it('keeps debug files for debuggers by their ids, within the quota', async () => {
    const opened = await open()
    const { originals } = opened.store
    const file = async (text: string) => {
      files += 1
      const path = join(opened.dataDir, `original-${files}`)
      await writeFile(path, text)
      return { path, sha256: createHash('sha256').update(text).digest('hex'), size: text.length, by: 'ci' }
    }
    const scope = 'project:1'
    await originals.add({ scope, kinds: ['debuginfo', 'executable'], id: 'ABCD12', name: 'app', ...(await file('first')) })
    await originals.add({ scope, kinds: ['debuginfo'], id: 'abcd12', name: 'app', ...(await file('later')) })
    await originals.add({ scope, kinds: ['pe'], id: '5a9c1b2c7f000', name: 'Shop.exe', ...(await file('program')) })
    const text = async (wanted: Parameters<typeof originals.find>[1], scopes = ['project:2', scope]) => {
      const found = await originals.find(scopes, wanted)
      return found && (await readFile(found.path, 'utf8'))
    }
    expect(await text({ kind: 'debuginfo', id: 'abcd12' })).toBe('first')
    expect(await text({ kind: 'executable', id: 'ABCD12' })).toBe('first')
    expect(await text({ kind: 'pe', id: '5A9C1B2C7F000', name: 'shop.exe' })).toBe('program')
    expect(await text({ kind: 'pe', id: '5A9C1B2C7F000', name: 'other.exe' })).toBeUndefined()
    expect(await text({ kind: 'debuginfo', id: 'abcd12' }, ['project:2'])).toBeUndefined()
    // 'first' is two kinds of one file, and 'later' was not kept.
    expect(await opened.store.symbols.usage(scope)).toEqual({ files: 2, bytes: 'first'.length + 'program'.length })
    const full = { scope, kinds: ['pdb'] as const, id: 'A'.repeat(33), name: 'shop.pdb', quota: { bytes: 10, files: null } }
    await expect(originals.add({ ...full, ...(await file('much too much')) })).rejects.toMatchObject({ code: 'symbol_quota' })
    expect(await text({ kind: 'pdb', id: 'A'.repeat(33) })).toBeUndefined()
  })

  it('of two debug files for one id gives that one whose symbols serve the module', async () => {
    const { store, dataDir } = await open()
    const scope = 'project:1'
    const hashes: string[] = []
    for (const name of ['first', 'second']) {
      const put = async (text: string) => {
        files += 1
        const path = join(dataDir, `pair-${files}`)
        await writeFile(path, text)
        return { scope, path, sha256: createHash('sha256').update(text).digest('hex'), size: text.length, by: 'ci' }
      }
      const sym = await put(`MODULE Linux x86_64 ${app.debugId} app\nPUBLIC 1 0 ${name}\n`)
      hashes.push(sym.sha256)
      await store.symbols.add(sym)
      const made = { ...app, sha256: sym.sha256 }
      await store.originals.add({ ...(await put(name)), kinds: ['debuginfo'], id: 'abcd12', name: 'app', made })
    }
    const served = async () => readFile((await store.originals.find([scope], { kind: 'debuginfo', id: 'abcd12' }))?.path ?? '', 'utf8')
    expect(await served()).toBe('first')
    expect(await store.symbols.prefer(scope, app, hashes[1] ?? '', 'ann')).toBe('changed')
    expect(await served()).toBe('second')
    expect(await store.symbols.prefer(scope, app, hashes[0] ?? '', 'ann')).toBe('changed')
    expect(await served()).toBe('first')
  })
})
