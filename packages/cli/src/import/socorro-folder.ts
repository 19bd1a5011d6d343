/**
 * Socorro's file layout: below each day `raw_crash/ID.json` with the annotations, `dump_names/ID.json` with the names of the dumps, and
 * each dump as `NAME/ID`. In its cloud layout the minidump's folder is called `dump`.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FindReports, FoundFile } from './found-report.ts'
import { filesIn, hasFolder, readFolder } from './read-folder.ts'

const dayName = /^\d{8}$/
const crashId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const minidumpName = 'upload_file_minidump'
/** Annotations stay below 25 MB, the limit of its collector. */
const maxJsonBytes = 32 * 1024 * 1024
/** The collector's own entries, which say how a report came there. */
const collectorEntries = new Set(['metadata', 'uuid', 'submitted_timestamp', 'version', 'dump_checksums', 'type_tag'])

export async function isSocorroFolder(folder: string): Promise<boolean> {
  for (const day of await daysOf(folder)) if (await hasFolder(day, 'raw_crash')) return true
  return false
}

export const socorroReports: FindReports = async function* (folder, skip) {
  for (const day of await daysOf(folder)) {
    for (const [name, path] of await filesIn(join(day, 'raw_crash'))) {
      const id = name.replace(/\.json$/, '')
      if (!crashId.test(id)) continue
      const raw = await readObject(path)
      if (raw === undefined) {
        skip(path, 'it is no JSON object')
        continue
      }
      const fields = new Map(
        [...raw]
          .filter(([key]) => !collectorEntries.has(key))
          .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
      )
      const files = await dumpsOf(day, id, skip)
      const time = new Date(String(raw.get('submitted_timestamp')))
      const crashedAt = crashTimeOf(raw) ?? (Number.isFinite(time.getTime()) ? time : undefined)
      yield {
        sources: [`bp-${id}`, id],
        path,
        ...(crashedAt === undefined ? {} : { crashedAt }),
        content: { kind: 'parts', fields, files },
      }
    }
  }
}

async function daysOf(folder: string): Promise<string[]> {
  return (await readFolder(folder)).filter((each) => each.isDirectory() && dayName.test(each.name)).map(({ name }) => join(folder, name))
}

async function dumpsOf(day: string, id: string, skip: (path: string, why: string) => void): Promise<FoundFile[]> {
  const listed: unknown = await readJson(join(day, 'dump_names', `${id}.json`))
  const names = Array.isArray(listed) ? listed.filter((name): name is string => typeof name === 'string' && /^\w{1,100}$/.test(name)) : []
  const files: FoundFile[] = []
  for (const name of names) {
    const paths = [join(day, name, id), ...(name === minidumpName ? [join(day, 'dump', id)] : [])]
    const path = await firstThatExists(paths)
    if (path === undefined) skip(join(day, name, id), 'the dump that is listed is not there')
    else files.push({ name: name === 'dump' ? minidumpName : name, path, fileName: `${name}.dmp` })
  }
  return files
}

/** Seconds, as the client sent them. */
function crashTimeOf(raw: ReadonlyMap<string, unknown>): Date | undefined {
  const seconds = Number(raw.get('CrashTime'))
  return seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000) : undefined
}

async function firstThatExists(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if ((await stat(path).catch(() => undefined))?.isFile() === true) return path
  return undefined
}

async function readObject(path: string): Promise<Map<string, unknown> | undefined> {
  const value = await readJson(path)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined
}

async function readJson(path: string): Promise<unknown> {
  try {
    return (await stat(path)).size > maxJsonBytes ? undefined : JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}
