import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What lies in a folder, in the order of names; nothing where there is none. */
export async function readFolder(path: string): Promise<readonly Dirent[]> {
  try {
    return (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}

/** Paths of the files of a folder, by name. */
export async function filesIn(path: string): Promise<ReadonlyMap<string, string>> {
  return new Map((await readFolder(path)).filter((each) => each.isFile()).map(({ name }) => [name, join(path, name)]))
}

export async function hasFolder(path: string, name: string): Promise<boolean> {
  return (await readFolder(path)).some((each) => each.isDirectory() && each.name === name)
}
