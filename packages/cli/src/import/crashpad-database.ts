/**
 * Crashpad's database on three systems. Linux and macOS keep a dump in `new`, `pending` or `completed`, on Linux with a `.meta` beside it,
 * on macOS with extended attributes, which are not needed here: what a report says is inside the dump. Windows keeps dumps in `reports` and
 * lists them in one file, `metadata`. Attachments lie in `attachments/UUID` everywhere.
 */
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fieldsOfDump } from './dump-fields.ts'
import type { FindReports, FoundFile } from './found-report.ts'
import { filesIn, hasFolder } from './read-folder.ts'

const uuidName = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.dmp$/i
/** Not `new`: what lies there is still being written, or never was whole. */
const stateFolders = ['pending', 'completed', 'reports']

const metadataMagic = 0x43504144
const metadataHeaderBytes = 16
const metadataRecordBytes = 56
const creationTimeOffset = 24
const maxMetadataBytes = 16 * 1024 * 1024

export async function isCrashpadDatabase(folder: string): Promise<boolean> {
  if ((await hasFolder(folder, 'pending')) || (await hasFolder(folder, 'completed'))) return true
  return (await hasFolder(folder, 'reports')) && (await filesIn(folder)).has('metadata')
}

export const crashpadReports: FindReports = async function* (folder, skip) {
  const windowsTimes = await readWindowsMetadata(join(folder, 'metadata'))
  for (const state of stateFolders) {
    const files = await filesIn(join(folder, state))
    for (const [name, path] of files) {
      const uuid = uuidName.exec(name)?.[1]?.toLowerCase()
      if (uuid === undefined) continue
      const meta = files.get(name.replace(/\.dmp$/i, '.meta'))
      const createdAt = meta === undefined ? windowsTimes.get(uuid) : await readMetaTime(meta)
      try {
        const { fields, crashedAt } = fieldsOfDump(path)
        const time = crashedAt ?? createdAt
        const dump: FoundFile = { name: 'upload_file_minidump', path, fileName: name }
        const content = { kind: 'parts' as const, fields, files: [dump, ...(await attachmentsOf(folder, uuid))] }
        yield { sources: [`crashpad:${uuid}`], path, ...(time === undefined ? {} : { crashedAt: time }), content }
      } catch (error) {
        skip(path, error instanceof Error ? error.message : String(error))
      }
    }
  }
}

async function attachmentsOf(folder: string, uuid: string): Promise<FoundFile[]> {
  return [...(await filesIn(join(folder, 'attachments', uuid)))].map(([name, path]) => ({ name, path, fileName: name }))
}

/** `i32 version, i32 attempts, i64 last attempt, i64 creation time in seconds, u8 attributes, 7 bytes, then the server's id`. */
async function readMetaTime(path: string): Promise<Date | undefined> {
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.alloc(32)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
    return bytesRead === bytes.length && bytes.readInt32LE(0) === 1 ? timeOf(bytes.readBigInt64LE(16)) : undefined
  } finally {
    await file.close()
  }
}

/** Creation times by UUID: a header of 16 bytes, records of 56, then a table of strings that is not needed here. */
async function readWindowsMetadata(path: string): Promise<ReadonlyMap<string, Date>> {
  const times = new Map<string, Date>()
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes === undefined || bytes.length < metadataHeaderBytes || bytes.length > maxMetadataBytes) return times
  if (bytes.readUInt32LE(0) !== metadataMagic || bytes.readUInt32LE(4) !== 1) return times
  const count = Math.min(bytes.readUInt32LE(8), Math.floor((bytes.length - metadataHeaderBytes) / metadataRecordBytes))
  for (let i = 0; i < count; i += 1) {
    const record = bytes.subarray(metadataHeaderBytes + i * metadataRecordBytes)
    const time = timeOf(record.readBigInt64LE(creationTimeOffset))
    if (time !== undefined) times.set(uuidOf(record), time)
  }
  return times
}

/** As Windows lays out a GUID: the first three groups little-endian. */
function uuidOf(bytes: Buffer): string {
  const hex = (start: number, end: number, swapped: boolean) => {
    const group = Buffer.from(bytes.subarray(start, end))
    return (swapped ? group.reverse() : group).toString('hex')
  }
  return [hex(0, 4, true), hex(4, 6, true), hex(6, 8, true), hex(8, 10, false), hex(10, 16, false)].join('-')
}

function timeOf(seconds: bigint): Date | undefined {
  const time = new Date(Number(seconds) * 1000)
  return seconds > 0n && Number.isFinite(time.getTime()) ? time : undefined
}
