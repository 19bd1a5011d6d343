import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeStores, type TestStore } from '../../../../../test/stores.ts'

const debugId = '0123456789ABCDEF0123456789ABCDEF0'
const module = { debugFile: 'player', debugId }
let files = 0

async function upload({ store, dataDir }: TestStore, scope: string, text: string) {
  files += 1
  const path = join(dataDir, `upload-${files}`)
  await writeFile(path, text)
  const sha256 = createHash('sha256').update(text).digest('hex')
  return store.symbols.add({ scope, path, sha256, size: text.length, by: 'ci' })
}

const symbols = (more = '', file = 'player') => `MODULE Linux x86_64 ${debugId} ${file}\nINFO CODE_ID abcdef\n${more}`

describeStores('symbols', (open) => {
  it('keeps a file by its content and finds it for a module', async () => {
    const opened = await open()
    const { store, projectId } = opened
    expect(await upload(opened, 'shared', symbols())).toMatchObject({ debugFile: 'player', debugId, outcome: 'stored' })
    expect(await upload(opened, 'shared', symbols())).toMatchObject({ outcome: 'present' })
    const path = await store.symbols.find(projectId, module)
    expect(await readFile(path ?? '', 'utf8')).toBe(symbols())
    expect(await store.symbols.find(projectId, { ...module, debugId: debugId.toLowerCase() })).toBe(path)
    expect(await store.symbols.find(projectId, { ...module, debugFile: 'other' })).toBeUndefined()
    const described = await store.symbols.describe(projectId, [module, { debugFile: 'other', debugId }])
    expect([...described.keys()]).toEqual([`player/${debugId}`])
    expect([...described.values()]).toMatchObject([{ os: 'Linux', cpu: 'x86_64', codeId: 'abcdef', conflicts: 0, scope: 'shared' }])
  })

  it("prefers a project's own file, and shows it to no other project", async () => {
    const opened = await open()
    const { store, projectId } = opened
    await upload(opened, 'shared', symbols('PUBLIC 1 0 shared\n'))
    await upload(opened, `project:${projectId}`, symbols('PUBLIC 1 0 own\n'))
    expect(await readFile((await store.symbols.find(projectId, module)) ?? '', 'utf8')).toContain('own')
    expect(await readFile((await store.symbols.find(4711, module)) ?? '', 'utf8')).toContain('shared')
  })

  it('keeps a different file for the same id as a conflict', async () => {
    const opened = await open()
    await upload(opened, 'shared', symbols())
    expect(await upload(opened, 'shared', symbols('PUBLIC 1 0 different\n'))).toMatchObject({ outcome: 'conflict' })
    const described = await opened.store.symbols.describe(1, [module])
    expect([...described.values()]).toMatchObject([{ conflicts: 1, settled: 0 }])
    await upload(opened, 'shared', symbols('', 'alone'))
    const listed = await opened.store.symbols.list({ projectId: 1, conflictsOnly: true, limit: 10 })
    expect(listed.items.map(({ debugFile, conflicts }) => [debugFile, conflicts])).toEqual([['player', 1]])
    expect(await readFile((await opened.store.symbols.find(1, module)) ?? '', 'utf8')).toBe(symbols())
  })

  it('serves the one that a person prefers, keeps the other, and can be told otherwise', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const first = await upload(opened, 'shared', symbols())
    const second = await upload(opened, 'shared', symbols('PUBLIC 1 0 second\n'))
    const third = await upload(opened, 'shared', symbols('PUBLIC 1 0 third\n'))
    const served = async () => readFile((await store.symbols.find(projectId, module)) ?? '', 'utf8')
    expect(await store.symbols.prefer('shared', module, second.sha256, 'token:1 ann')).toBe('changed')
    expect(await served()).toContain('second')
    expect(await upload(opened, 'shared', symbols())).toMatchObject({ outcome: 'conflict' })
    expect(await upload(opened, 'shared', symbols('PUBLIC 1 0 second\n'))).toMatchObject({ outcome: 'present' })
    const { serving, aside } = await store.symbols.conflicts(projectId, module)
    expect(serving.map(({ sha256 }) => sha256)).toEqual([second.sha256])
    expect(aside.map(({ sha256 }) => sha256).sort()).toEqual([first.sha256, third.sha256].sort())
    expect(await readFile((await store.symbols.findFile(projectId, module, third.sha256)) ?? '', 'utf8')).toContain('third')
    expect(await store.symbols.findFile(projectId, module, 'f'.repeat(64))).toBeUndefined()
    expect(await store.symbols.prefer('shared', module, second.sha256, 'token:1 ann')).toBe('unchanged')
    for (const [scope, name, sha256] of [
      [`project:${projectId}`, module, first.sha256],
      ['shared', { ...module, debugFile: 'other' }, first.sha256],
      ['shared', module, 'f'.repeat(64)],
    ] as const)
      expect(await store.symbols.prefer(scope, name, sha256, 'token:1 ann')).toBe('unknown')
    const both = await Promise.all([first, third].map(({ sha256 }) => store.symbols.prefer('shared', module, sha256, 'token:1 ann')))
    expect(both).toEqual(['changed', 'changed'])
    expect((await store.symbols.conflicts(projectId, module)).aside).toHaveLength(2)
  })

  it('takes a choice for a decision until a file comes that differs from all of them', async () => {
    const opened = await open()
    const { store, projectId } = opened
    const first = await upload(opened, 'shared', symbols())
    const second = await upload(opened, 'shared', symbols('PUBLIC 1 0 second\n'))
    const state = async () => {
      const { items } = await store.symbols.list({ projectId, conflictsOnly: true, limit: 10 })
      return items.map(({ conflicts, settled }) => ({ conflicts, settled }))
    }
    expect(await state()).toEqual([{ conflicts: 1, settled: 0 }])
    expect(await store.symbols.prefer('shared', module, first.sha256, 'token:1 ann')).toBe('confirmed')
    expect(await state()).toEqual([{ conflicts: 0, settled: 1 }])
    const [aside] = (await store.symbols.conflicts(projectId, module)).aside
    expect(aside).toMatchObject({ sha256: second.sha256, settledAt: opened.clock.now, settledBy: 'token:1 ann' })
    expect(await upload(opened, 'shared', symbols('PUBLIC 1 0 second\n'))).toMatchObject({ outcome: 'conflict' })
    expect(await state()).toEqual([{ conflicts: 0, settled: 1 }])
    await upload(opened, 'shared', symbols('PUBLIC 1 0 third\n'))
    expect(await state()).toEqual([{ conflicts: 1, settled: 1 }])
    expect(await store.symbols.prefer('shared', module, second.sha256, 'token:1 ann')).toBe('changed')
    expect(await state()).toEqual([{ conflicts: 0, settled: 2 }])
    const { serving } = await store.symbols.conflicts(projectId, module)
    expect(serving).toMatchObject([{ sha256: second.sha256, settledAt: undefined }])
  })

  it('lists what a project may use, page by page', async () => {
    const opened = await open()
    const { store, projectId } = opened
    for (const name of ['b', 'a', 'c']) await upload(opened, 'shared', symbols('', name))
    await upload(opened, 'project:4711', symbols('', 'secret'))
    const first = await store.symbols.list({ projectId, limit: 2 })
    const second = await store.symbols.list({ projectId, limit: 2, ...(first.next === undefined ? {} : { cursor: first.next }) })
    expect([...first.items, ...second.items].map(({ debugFile }) => debugFile)).toEqual(['a', 'b', 'c'])
    expect(second.next).toBeUndefined()
    await expect(store.symbols.list({ projectId, limit: 2, cursor: 'x' })).rejects.toMatchObject({ code: 'bad_cursor' })
  })

  it.each(['', 'no symbol file', 'MODULE Linux x86_64 XYZ player\n', `MODULE Linux x86_64 ${debugId} \n`])('refuses %j', async (text) => {
    await expect(upload(await open(), 'shared', text)).rejects.toMatchObject({ code: 'bad_symbol_file' })
  })
})
