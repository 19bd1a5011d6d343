import type { DumpView } from '../dump-view.ts'
import { decodeUtf8 } from '../dump-view.ts'
import type { Fields } from '../fields.ts'
import { maxMacRecordBytes, maxMacRecords, maxMacStringBytes } from '../limits.ts'
import type { Location } from '../location.ts'
import { streamType } from '../stream-types.ts'
import { readLocation } from './lists.ts'

/** What a library left in its `__crash_info` section (CrashReporterClient.h): why it ended the program. Absent: too old a version. */
export interface MacCrashRecord {
  readonly version: bigint
  readonly thread?: bigint
  readonly dialogMode?: bigint
  readonly abortCause?: bigint
  readonly modulePath?: string
  readonly message?: string
  readonly signatureString?: string
  readonly backtrace?: string
  readonly message2?: string
}

/** Streams of Mozilla's writer on macOS. */
export interface MacStreams {
  readonly crashInfo?: readonly MacCrashRecord[]
  /** What the kernel was started with. */
  readonly bootArgs?: string
}

const crashInfoStream = 'MozMacosCrashInfo'
const bootArgsStream = 'MozMacosBootargs'

/** Stream type, count, offset of the strings in each record, then places for the records. */
const headerSize = 12
export const macCrashInfoSize: number = headerSize + 8 * maxMacRecords

/** From which version on a record has the field at an offset. */
const numbers = [
  { name: 'thread', offset: 16, since: 4n },
  { name: 'dialogMode', offset: 24, since: 4n },
  { name: 'abortCause', offset: 32, since: 5n },
] as const
const strings = ['modulePath', 'message', 'signatureString', 'backtrace', 'message2'] as const
const stringsSince = 4n

export function readMacStreams(dump: DumpView, streams: ReadonlyMap<number, Location>): MacStreams {
  const crashInfoAt = streams.get(streamType.mozMacosCrashInfo)
  const bootArgsAt = streams.get(streamType.mozMacosBootargs)
  const crashInfo = crashInfoAt && readCrashInfo(dump, crashInfoAt)
  const bootArgs = bootArgsAt && readBootArgs(dump, bootArgsAt)
  return { ...(crashInfo !== undefined && { crashInfo }), ...(bootArgs !== undefined && { bootArgs }) }
}

function readCrashInfo(dump: DumpView, at: Location): MacCrashRecord[] | undefined {
  const fields = dump.record(at, headerSize, macCrashInfoSize, crashInfoStream)
  if (fields === undefined) return undefined
  const count = fields.u32(4)
  const stringsOffset = fields.u32(8)
  const places = Math.min(maxMacRecords, Math.floor((fields.length - headerSize) / 8))
  if (count > places) {
    dump.problems.add('truncated_stream', `${crashInfoStream} has room for ${places} records where it says ${count}.`, crashInfoStream)
  }
  const records: MacCrashRecord[] = []
  for (let i = 0; i < Math.min(count, places); i++) {
    const record = dump.record(readLocation(fields, headerSize + 8 * i), 16, maxMacRecordBytes, crashInfoStream)
    if (record !== undefined) records.push(readRecord(dump, record, stringsOffset))
  }
  return records
}

function readRecord(dump: DumpView, fields: Fields, stringsOffset: number): MacCrashRecord {
  const version = fields.u64(8)
  const found: Partial<Record<(typeof numbers)[number]['name'], bigint>> = {}
  for (const { name, offset, since } of numbers) {
    if (version >= since && offset + 8 <= Math.min(stringsOffset, fields.length)) found[name] = fields.u64(offset)
  }
  return { version, ...found, ...(version >= stringsSince && readStrings(dump, fields, stringsOffset)) }
}

/** One behind the other, each with its NUL. */
function readStrings(dump: DumpView, fields: Fields, start: number): Partial<Record<(typeof strings)[number], string>> {
  const found: Partial<Record<(typeof strings)[number], string>> = {}
  let offset = start
  for (const name of strings) {
    const end = offset < fields.length ? fields.bytes.indexOf(0, offset) : -1
    if (end < 0 || end - offset > maxMacStringBytes) {
      dump.problems.add('bad_string', `A record of ${crashInfoStream} ends before its ${name} does.`, crashInfoStream)
      break
    }
    found[name] = decodeUtf8(fields.bytes.subarray(offset, end))
    offset = end + 1
  }
  return found
}

/** The stream is its own number and the place of a string, in eight bytes without alignment. */
function readBootArgs(dump: DumpView, at: Location): string | undefined {
  const fields = dump.record(at, 12, 12, bootArgsStream)
  return fields && dump.utf16String(Number(fields.u64(4)), bootArgsStream)
}
