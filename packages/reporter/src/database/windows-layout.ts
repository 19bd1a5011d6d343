/** The database of Windows: dumps in `reports/`, all metadata in one table that Crashpad locks. Read only: Node cannot take that lock. */
import { readFileSync, statSync } from 'node:fs'
import { win32 } from 'node:path'
import { maxListedReports, maxRemoteIdBytes, maxWindowsMetadataBytes } from '../limits.ts'
import { fromSeconds, type StoredReport } from './stored-report.ts'
import { decodeUuid } from './uuid.ts'

const magic = 0x43504144
const version = 1
const headerBytes = 16
const recordBytes = 56
const [uploadingState, completedState] = [1, 2]
const uploadedBit = 1
const requestedBit = 2

export function readWindowsReports(folder: string, join: (...parts: string[]) => string): StoredReport[] {
  const path = join(folder, 'metadata')
  try {
    if (statSync(path).size > maxWindowsMetadataBytes) return []
    return parseWindowsMetadata(readFileSync(path), (name) => join(folder, 'reports', name))
  } catch {
    return []
  }
}

/** What is cut off or points outside is left out. */
export function parseWindowsMetadata(bytes: Buffer, pathOfReport: (name: string) => string): StoredReport[] {
  if (bytes.length < headerBytes || bytes.readUInt32LE(0) !== magic || bytes.readUInt32LE(4) !== version) return []
  const count = Math.min(bytes.readUInt32LE(8), maxListedReports, Math.floor((bytes.length - headerBytes) / recordBytes))
  const strings = bytes.subarray(headerBytes + count * recordBytes)
  const reports: StoredReport[] = []
  for (let i = 0; i < count; i++) {
    const record = bytes.subarray(headerBytes + i * recordBytes, headerBytes + (i + 1) * recordBytes)
    const name = textAt(strings, record.readUInt32LE(16))
    // A name only: the table is data, not a way to other folders.
    if (name === '' || name !== win32.basename(name)) continue
    const attributes = record.readUInt8(48)
    const state = record.readInt32LE(44)
    const uploaded = (attributes & uploadedBit) !== 0
    reports.push({
      id: decodeUuid(record),
      state: uploaded ? 'uploaded' : state === uploadingState ? 'uploading' : state === completedState ? 'kept' : 'pending',
      dumpPath: pathOfReport(name),
      createdAt: new Date(Number(record.readBigInt64LE(24)) * 1000),
      uploadAttempts: Math.max(0, record.readInt32LE(40)),
      uploadRequested: (attributes & requestedBit) !== 0,
      ...fromSeconds(Number(record.readBigInt64LE(32))),
      ...(uploaded && { remoteId: textAt(strings, record.readUInt32LE(20)).slice(0, maxRemoteIdBytes) }),
    })
  }
  return reports
}

function textAt(strings: Buffer, offset: number): string {
  if (offset >= strings.length) return ''
  const end = strings.indexOf(0, offset)
  return strings.toString('utf8', offset, end < 0 ? strings.length : end)
}
