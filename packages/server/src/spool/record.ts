/**
 * A report as bytes. A record is `u32 length, u32 checksum, u32 seal, payload`, all little-endian. The checksum is the CRC-32 of the
 * length's four bytes and the payload; the seal is the CRC-32 of the segment's number and the checksum, because segment files are used
 * again and still hold the records of an earlier number. The payload is `u32 n, n bytes of JSON`, then the small files one after another;
 * a large file is named by its leaf name below `spool/files/`.
 */
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { SubmittedFile } from '../dialect/submission.ts'
import type { SpoolReport } from './spool-report.ts'

export const frameBytes = 12

/** Not sealed yet: the segment that takes it does that. */
export interface EncodedRecord {
  readonly chunks: readonly Uint8Array[]
  readonly length: number
}

interface RecordJson {
  readonly id: string
  readonly projectId: number
  readonly kind: string
  readonly dialect: string
  readonly fields: readonly (readonly [string, string])[]
  readonly files: readonly RecordFile[]
  readonly receivedAt: number
  readonly crashedAt?: number
  readonly aliases: readonly string[]
  readonly sender: { readonly userAgent?: string; readonly address?: string }
  readonly problems: readonly { readonly code: string; readonly message: string }[]
  readonly attachTo?: string
}
interface RecordFile {
  readonly name: string
  readonly fileName?: string
  readonly contentType?: string
  readonly size: number
  readonly sha256: string
  /** Leaf name of a file of its own; absent: the bytes follow in the record. */
  readonly leaf?: string
}

export function encodeRecord(report: SpoolReport): EncodedRecord {
  const { submission } = report
  const inline: Uint8Array[] = []
  const files = submission.files.map((file): RecordFile => {
    const { content, ...rest } = file
    if (content.kind === 'file') return { ...rest, leaf: basename(content.path) }
    inline.push(content.bytes)
    return { ...rest, size: content.bytes.length }
  })
  const json: RecordJson = {
    ...submission,
    id: report.id,
    projectId: report.projectId,
    fields: [...submission.fields],
    files,
    ...(report.attachTo === undefined ? {} : { attachTo: report.attachTo }),
  }
  const text = Buffer.from(JSON.stringify(json), 'utf8')
  const payloadLength = 4 + text.length + inline.reduce((sum, bytes) => sum + bytes.length, 0)
  const head = Buffer.alloc(frameBytes + 4)
  head.writeUInt32LE(payloadLength, 0)
  head.writeUInt32LE(text.length, frameBytes)
  let checksum = crc32(head.subarray(0, 4))
  for (const chunk of [head.subarray(frameBytes), text, ...inline]) checksum = crc32(chunk, checksum)
  head.writeUInt32LE(checksum, 4)
  return { chunks: [head, text, ...inline], length: frameBytes + payloadLength }
}

/** The length of the payload that a frame announces. */
export function payloadLengthOf(frame: Uint8Array): number {
  return view(frame).readUInt32LE(0)
}

export function checksumHolds(frame: Buffer, payload: Uint8Array): boolean {
  return crc32(payload, crc32(frame.subarray(0, 4))) === frame.readUInt32LE(4)
}

/** Writes into the frame that the record belongs to this segment. */
export function seal(frame: Uint8Array, segmentNumber: number): void {
  view(frame).writeUInt32LE(sealOf(frame, segmentNumber), 8)
}

/** Whether the frame was written for this segment: not when it is a run of zeros or a record of the file's earlier life. */
export function sealHolds(frame: Uint8Array, segmentNumber: number): boolean {
  return view(frame).readUInt32LE(8) === sealOf(frame, segmentNumber)
}

function sealOf(frame: Uint8Array, segmentNumber: number): number {
  return crc32(frame.subarray(4, 8), crc32(`segment ${segmentNumber}`))
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Reads a payload whose checksum holds. It was written by this program, so its JSON is trusted as far as its shape goes. */
export function decodePayload(payload: Buffer, filesFolder: string): SpoolReport {
  const textLength = payload.readUInt32LE(0)
  const json = parseRecordJson(payload.toString('utf8', 4, 4 + textLength))
  let offset = 4 + textLength
  const files = json.files.map((file): SubmittedFile => {
    const { leaf, ...rest } = file
    if (leaf !== undefined) return { ...rest, content: { kind: 'file', path: join(filesFolder, basename(leaf)) } }
    const bytes = payload.subarray(offset, offset + file.size)
    offset += file.size
    return { ...rest, content: { kind: 'bytes', bytes } }
  })
  const { id, projectId, attachTo, ...rest } = json
  return { id, projectId, submission: { ...rest, fields: new Map(json.fields), files }, ...(attachTo === undefined ? {} : { attachTo }) }
}

/** What recovery needs of a record, without its files. */
export function summaryOf(payload: Buffer): {
  readonly id: string
  readonly aliases: readonly string[]
  readonly leaves: readonly string[]
  readonly attachTo: string | undefined
} {
  const json = parseRecordJson(payload.toString('utf8', 4, 4 + payload.readUInt32LE(0)))
  return { id: json.id, aliases: json.aliases, leaves: json.files.flatMap((file) => file.leaf ?? []), attachTo: json.attachTo }
}

function parseRecordJson(text: string): RecordJson {
  const json: unknown = JSON.parse(text)
  if (!isRecordJson(json)) throw new Error('a spool record of another version of Crashkeep')
  return json
}

function isRecordJson(value: unknown): value is RecordJson {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'files' in value &&
    Array.isArray(value.files)
  )
}
