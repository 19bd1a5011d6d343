import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasCode, makeFolder, moveFile, syncFile, syncFolder, writeSynced } from '../../durable/durable-files.ts'
import { Lanes } from '../../durable/lanes.ts'
import { checkedKey, checkedPrefix } from './blob-key.ts'
import type { Blobs } from './blobs.ts'

/** What a stopped program left in `incoming/` is removed at the next start when it is this old: another process may share the folder. */
const leftoverAgeMs = 3600_000
/** Beside the blobs, so that a rename brings a file to its place; no key begins like this. */
const incomingFolder = 'incoming'
/** Node has four threads for files, and the answers to uploads wait for syncs of the spool: those get two of them always. */
const maxSyncsAtOnce = 2

/** Blobs as files below a folder. */
export async function openFileBlobs({ folder, clock }: { readonly folder: string; readonly clock: () => number }): Promise<Blobs> {
  const incoming = join(folder, incomingFolder)
  const syncs = new Lanes(maxSyncsAtOnce)
  await makeFolder(incoming)
  await removeLeftovers(incoming, clock() - leftoverAgeMs)

  const pathOf = (key: string) => join(folder, checkedKey(key))
  /** Content that is durable under another name; a file of the caller's stays where it is. */
  const stage = async (content: Uint8Array | { readonly path: string }): Promise<string> => {
    if (!(content instanceof Uint8Array)) {
      await syncs.run(() => syncFile(content.path))
      return content.path
    }
    const temporary = temporaryPath()
    await syncs.run(() => writeSynced(temporary, content))
    return temporary
  }
  const temporaryPath = () => join(incoming, randomUUID())
  const putAll: Blobs['putAll'] = async (entries) => {
    const paths = entries.map(({ key }) => pathOf(key))
    const parents = new Set(paths.map(dirname))
    const [staged] = await Promise.all([
      Promise.all(entries.map(({ content }) => stage(content))),
      Promise.all([...parents].map((parent) => syncs.run(() => makeFolder(parent)))),
    ])
    for (const [i, path] of paths.entries()) await syncs.run(() => moveFile(staged[i] ?? '', path, temporaryPath()))
    await Promise.all([...parents].map((parent) => syncs.run(() => syncFolder(parent))))
  }

  return {
    put: (key, content) => putAll([{ key, content }]),
    putAll,
    read: (key) => unlessMissing(readFile(pathOf(key))),
    async stream(key) {
      const file = await unlessMissing(open(pathOf(key), 'r'))
      if (file === undefined) return undefined
      const { size } = await file.stat()
      return { size, body: createReadStream('', { fd: file, autoClose: true }) }
    },
    async localFile(key) {
      const path = pathOf(key)
      const known = await unlessMissing(stat(path))
      return known === undefined ? undefined : { path, release: async () => {} }
    },
    async has(key) {
      return (await unlessMissing(stat(pathOf(key)))) !== undefined
    },
    list: (prefix) => listFiles(join(folder, checkedPrefix(prefix)), prefix),
    async removeAll(prefix) {
      const path = join(folder, checkedPrefix(prefix))
      await rm(path, { recursive: true, force: true })
      await unlessMissing(syncFolder(dirname(path)))
    },
  }
}

async function* listFiles(path: string, prefix: string): AsyncIterable<string> {
  const entries = (await unlessMissing(readdir(path, { withFileTypes: true }))) ?? []
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.isDirectory()) yield* listFiles(join(path, entry.name), `${prefix}${entry.name}/`)
    else yield `${prefix}${entry.name}`
  }
}

async function removeLeftovers(incoming: string, before: number): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name)
    const known = await unlessMissing(stat(path))
    if (known !== undefined && known.mtimeMs < before) await rm(path, { force: true })
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined
    throw error
  }
}
