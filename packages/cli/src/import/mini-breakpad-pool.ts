/**
 * A pool of mini-breakpad-server: `database/dirty/db` has one JSON record a line, the newest of a key counts, and `files/minidump/ID` the
 * dumps. The paths in the records are those of the machine that wrote them, so only their last part is used.
 */
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { FindReports } from './found-report.ts'
import { filesIn, hasFolder, readFolder } from './read-folder.ts'

const recordsPath = ['database', 'dirty', 'db']
const dumpsPath = ['files', 'minidump']
/** A record is some fields; a longer line is none. */
const maxLineLength = 4 * 1024 * 1024

interface PoolRecord {
  readonly fields: ReadonlyMap<string, string>
  readonly time: Date | undefined
}

export async function poolIn(folder: string): Promise<string | undefined> {
  for (const pool of [folder, join(folder, 'pool')]) {
    if ((await hasFolder(join(pool, 'files'), 'minidump')) && (await hasFolder(pool, 'database'))) return pool
  }
  return undefined
}

export const poolReports: FindReports = async function* (folder, skip) {
  const pool = (await poolIn(folder)) ?? folder
  const records = await readRecords(join(pool, ...recordsPath), skip)
  const dumps = await filesIn(join(pool, ...dumpsPath))
  for (const [id, { fields, time }] of records) {
    const path = dumps.get(id)
    if (path === undefined) skip(id, 'its dump is not in the pool')
    else {
      const content = { kind: 'parts' as const, fields, files: [{ name: 'upload_file_minidump', path, fileName: `${id}.dmp` }] }
      yield { sources: [`mini-breakpad:${id}`], path, ...(time === undefined ? {} : { crashedAt: time }), content }
    }
  }
  for (const id of dumps.keys()) if (!records.has(id)) skip(id, 'the pool has no record of it')
}

async function readRecords(path: string, skip: (path: string, why: string) => void): Promise<ReadonlyMap<string, PoolRecord>> {
  const records = new Map<string, PoolRecord>()
  if (!(await readFolder(join(path, '..'))).some((each) => each.name === 'db')) return records
  let number = 0
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (line.trim() === '') continue
    const record = line.length > maxLineLength ? undefined : readRecord(line)
    if (record === undefined) skip(`${path}:${number}`, 'it is no record')
    else if (record.value === undefined) records.delete(record.id)
    else records.set(record.id, record.value)
  }
  return records
}

function readRecord(line: string): { readonly id: string; readonly value: PoolRecord | undefined } | undefined {
  const parsed = objectOf(parse(line))
  const key = parsed?.get('key')
  if (parsed === undefined || typeof key !== 'string' || !/^[\w-]{8,100}$/.test(key)) return undefined
  const value = objectOf(parsed.get('val'))
  // dirty writes a removed record without a value.
  if (value === undefined) return { id: key, value: undefined }
  const fields = new Map([...(objectOf(value.get('fields')) ?? [])].map(([name, each]) => [name, textOf(each)]))
  const time = new Date(typeof value.get('time') === 'number' ? Number(value.get('time')) : String(value.get('time')))
  return { id: key, value: { fields, time: Number.isFinite(time.getTime()) ? time : undefined } }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
