import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Blobs } from './blobs.ts'
import { openFileBlobs } from './file-blobs.ts'

let root = ''
let blobs: Blobs

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'crashkeep-blobs-'))
  blobs = await open()
})
afterEach(() => rm(root, { recursive: true, force: true }))

const open = () => openFileBlobs({ folder: join(root, 'blobs'), clock: Date.now })
const text = async (key: string) => {
  const bytes = await blobs.read(key)
  return bytes && Buffer.from(bytes).toString()
}

it('keeps bytes under a key and replaces them whole', async () => {
  await blobs.put('2026/11/20/id/0', Buffer.from('one'))
  await blobs.put('2026/11/20/id/0', Buffer.from('two'))
  expect(await text('2026/11/20/id/0')).toBe('two')
  expect(await readdir(join(root, 'blobs', 'incoming'))).toEqual([])
})

it('takes over a file', async () => {
  const path = join(root, 'large')
  await writeFile(path, 'large one')
  await blobs.put('a/b', { path })
  expect(await text('a/b')).toBe('large one')
  await expect(stat(path)).rejects.toThrow('ENOENT')
})

it('takes over a file of another file system', async () => {
  const other = await mkdtemp('/dev/shm/crashkeep-').catch(() => undefined)
  if (other === undefined) return
  try {
    await writeFile(join(other, 'large'), 'from afar')
    await blobs.put('a/b', { path: join(other, 'large') })
    expect(await text('a/b')).toBe('from afar')
    expect(await readdir(other)).toEqual([])
  } finally {
    await rm(other, { recursive: true })
  }
})

it('streams a blob and tells its size', async () => {
  await blobs.put('a/b', Buffer.from('streamed'))
  const stream = await blobs.stream('a/b')
  expect(stream?.size).toBe(8)
  expect(stream && (await buffer(stream.body)).toString()).toBe('streamed')
})

it('says that there is no such blob', async () => {
  await blobs.put('a/b', Buffer.from(''))
  expect(await blobs.read('a/c')).toBeUndefined()
  expect(await blobs.stream('a/c')).toBeUndefined()
  expect(await blobs.localFile('a/b/c')).toBeUndefined()
  expect(await blobs.has('a/c')).toBe(false)
  expect(await blobs.has('a/b')).toBe(true)
})

it('lists what lies below a prefix, in order, and removes it', async () => {
  await blobs.putAll(['a/2', 'a/1', 'a/b/3', 'c/1'].map((key) => ({ key, content: Buffer.from(key) })))
  const listed: string[] = []
  for await (const key of blobs.list('a/')) listed.push(key)
  expect(listed).toEqual(['a/1', 'a/2', 'a/b/3'])
  await blobs.removeAll('a/')
  await blobs.removeAll('a/')
  expect(await blobs.has('a/1')).toBe(false)
  expect(await blobs.has('c/1')).toBe(true)
})

it.each(['', '../x', '/etc/passwd', 'a//b', 'a/../b', 'a/.', 'a\\b', 'a/b\0', 'a/'])('refuses %j as a key', async (key) => {
  await expect(async () => blobs.put(key, Buffer.from('x'))).rejects.toMatchObject({ code: 'bad_blob_key' })
})

it('removes what an interrupted write left, when it is old', async () => {
  const [old, fresh] = [join(root, 'blobs', 'incoming', 'old'), join(root, 'blobs', 'incoming', 'fresh')]
  await writeFile(old, 'x')
  await writeFile(fresh, 'x')
  await utimes(old, 1, 1)
  await open()
  expect(await readdir(join(root, 'blobs', 'incoming'))).toEqual(['fresh'])
})
