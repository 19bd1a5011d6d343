import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeStores, type TestStore } from '../../../../../test/stores.ts'
import { plainRelease } from '../source-map-store.ts'
import { contentPath } from '../symbols/content-files.ts'

let files = 0
interface Upload {
  readonly scope?: string
  readonly release?: string
  readonly script?: string
  readonly content?: string
}

async function add(
  { store, dataDir, projectId }: TestStore,
  { scope = `project:${projectId}`, release, script = 'dist/assets/app.js', content = map('a') }: Upload = {},
) {
  files += 1
  const path = join(dataDir, `map-${files}`)
  await writeFile(path, content)
  const sha256 = createHash('sha256').update(content).digest('hex')
  return store.sourceMaps.add({ scope, path, sha256, size: content.length, by: 'ci', release, script })
}

const debugId = '85314830023F4CF1A267535F4E37BB17'
const map = (source: string, more: object = {}) => JSON.stringify({ version: 3, sources: [source], names: [], mappings: '', ...more })

async function found({ store, projectId }: TestStore, path: string, release?: string, id?: string): Promise<string | undefined> {
  const file = await store.sourceMaps.find(projectId, { path, release, debugId: id })
  return file === undefined ? undefined : JSON.parse(await readFile(file, 'utf8')).sources[0]
}

describeStores('source maps', (open) => {
  it('are found by release and the end of the path', async () => {
    const opened = await open()
    expect(await add(opened, { release: 'shop@2.0.0' })).toMatchObject({
      outcome: 'stored',
      release: '2.0.0',
      script: 'dist/assets/app.js',
    })
    expect(await add(opened, { release: '2.0.0' })).toMatchObject({ outcome: 'present' })
    expect(await found(opened, 'static/assets/app.js', '2.0.0')).toBe('a')
    expect(await found(opened, 'app.js', '@acme/shop@2.0.0')).toBe('a')
    expect(await found(opened, 'app.js', '2.0.1')).toBeUndefined()
    await add(opened, { release: '3-beta', content: map('beta') })
    expect(await found(opened, 'app.js', '3-BETA')).toBe('beta')
    expect(await found(opened, 'app.js')).toBeUndefined()
    expect(await found(opened, 'other.js', '2.0.0')).toBeUndefined()
  })

  it('of one name are told apart by their folders, or not used', async () => {
    const opened = await open()
    await add(opened, { script: 'dist/cart/index.js', content: map('cart') })
    await add(opened, { script: 'dist/user/index.js', content: map('user') })
    expect(await found(opened, 'x/user/index.js')).toBe('user')
    expect(await found(opened, 'index.js')).toBeUndefined()
  })

  it('without a release serve every release that has none of its own', async () => {
    const opened = await open()
    await add(opened, { content: map('any') })
    await add(opened, { release: '2', content: map('two') })
    expect([await found(opened, 'app.js', '1'), await found(opened, 'app.js', '2'), await found(opened, 'app.js')]).toEqual([
      'any',
      'two',
      'any',
    ])
  })

  it('are found by their debug id, whatever the script is called', async () => {
    const opened = await open()
    await add(opened, { content: map('by id', { debugId: debugId.toLowerCase() }) })
    expect(await found(opened, 'renamed.js', '9', debugId)).toBe('by id')
  })

  it('are replaced by those of a later build of the same release', async () => {
    const opened = await open()
    const first = await add(opened, { release: '1' })
    const stored = contentPath(join(opened.dataDir, 'symbols'), first.sha256)
    const told = { script: '../dist/assets/app.js', sha256: first.sha256 }
    const held = () => opened.store.sourceMaps.held(`project:${opened.projectId}`, [{ ...told, release: 'shop@1' }, told])
    expect([existsSync(stored), await held()]).toEqual([true, [true, false]])
    expect(await add(opened, { release: '1', content: map('b') })).toMatchObject({ outcome: 'replaced' })
    expect(await found(opened, 'app.js', '1')).toBe('b')
    expect([existsSync(stored), await held()]).toEqual([false, [false, false]])
  })

  it('serve their own project, before shared ones, and no other', async () => {
    const opened = await open()
    await add(opened, { scope: 'shared', content: map('shared') })
    expect(await found(opened, 'app.js')).toBe('shared')
    await add(opened, { content: map('own') })
    await add(opened, { scope: 'project:4711', script: 'dist/secret.js' })
    expect(await found(opened, 'app.js')).toBe('own')
    expect(await found(opened, 'secret.js')).toBeUndefined()
    const [described] = await opened.store.sourceMaps.describe(opened.projectId, [{ path: 'app.js', release: undefined }])
    expect(described).toMatchObject({ script: 'dist/assets/app.js', release: undefined, size: map('own').length })
  })

  it.each(['', 'no json', '[]', '{"version":3}', '{"a":"\\"mappings\\":"}'])('refuse %j', async (content) => {
    await expect(add(await open(), { content })).rejects.toMatchObject({ code: 'bad_source_map' })
  })

  it('may be long, and begin with a line against being run', async () => {
    const opened = await open()
    const long = `)]}'\n${map('long', { sourcesContent: ['\\"mappings\\": "x" '.repeat(20_000)], debug_id: debugId })}`
    expect(await add(opened, { content: long })).toMatchObject({ debugId })
  })
})

it.each([
  ['shop@2.0.0', '2.0.0'],
  ['@acme/shop@2.0.0', '2.0.0'],
  ['@acme', '@acme'],
  [' 1.2 ', '1.2'],
  ['shop@', 'shop@'],
  ['', undefined],
  [null, undefined],
])('the release %j is %j', (given, plain) => {
  expect(plainRelease(given)).toBe(plain)
})
