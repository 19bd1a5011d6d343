/**
 * One append-only file of records. It is written from its first byte to its last sync by one process and never appended to again after
 * a failure or a restart: what follows a record that did not reach the disk cannot be trusted.
 */
import { type FileHandle, open, rm } from 'node:fs/promises'
import { checksumHolds, decodePayload, type EncodedRecord, frameBytes, payloadLengthOf } from './record.ts'
import type { SpoolReport } from './spool-report.ts'

/** Eight bytes at the start of each segment; the digit is the version of the format. */
export const segmentMagic: Buffer = Buffer.from('CKSPOOL1', 'latin1')

export interface RecordPlace {
  readonly offset: number
  /** Frame and payload. */
  readonly length: number
}

export class Segment {
  readonly path: string
  readonly number: number
  readonly #handle: FileHandle
  #end: number
  /** Reports acknowledged from this segment that are not settled yet. */
  unsettled = 0
  /** No more records will come. */
  sealed = false
  /** Recovery met bytes that are no whole record. */
  damaged = false
  /** Large files that its records name; removed after the segment where the store left them. */
  readonly leaves: string[] = []
  lastAppendAt = 0

  constructor(path: string, number: number, handle: FileHandle, end: number) {
    this.path = path
    this.number = number
    this.#handle = handle
    this.#end = end
  }

  /** Makes a new, empty segment; its name is not durable before the folder is synced. */
  static async create(path: string, number: number): Promise<Segment> {
    const handle = await open(path, 'wx+', 0o600)
    try {
      await handle.write(segmentMagic, 0, segmentMagic.length, 0)
    } catch (cause) {
      await handle.close()
      await rm(path, { force: true })
      throw cause
    }
    return new Segment(path, number, handle, segmentMagic.length)
  }

  get size(): number {
    return this.#end
  }

  /**
   * Writes the records and syncs them; when it resolves they are durable. When it throws, none may be acknowledged and the segment must
   * be abandoned: after a failed sync the kernel may have marked unwritten pages clean.
   */
  async append(records: readonly EncodedRecord[]): Promise<RecordPlace[]> {
    const places: RecordPlace[] = []
    let offset = this.#end
    for (const { length } of records) {
      places.push({ offset, length })
      offset += length
    }
    await writeAll(
      this.#handle,
      records.flatMap((record) => record.chunks),
      this.#end,
    )
    await this.#handle.datasync()
    this.#end = offset
    return places
  }

  /** Removes what a failed append may have left behind the last acknowledged record. False when even that failed. */
  async cutOff(): Promise<boolean> {
    try {
      await this.#handle.truncate(this.#end)
      await this.#handle.datasync()
      return true
    } catch {
      return false
    }
  }

  async read(place: RecordPlace, filesFolder: string): Promise<SpoolReport> {
    return decodePayload(await this.readPayload(place), filesFolder)
  }

  /** The payload of a record, its checksum verified. */
  async readPayload(place: RecordPlace): Promise<Buffer> {
    return (await this.readRaw(place)).subarray(frameBytes)
  }

  /** Frame and payload as they lie on disk, verified. */
  async readRaw(place: RecordPlace): Promise<Buffer> {
    const bytes = Buffer.alloc(place.length)
    const { bytesRead } = await this.#handle.read(bytes, 0, place.length, place.offset)
    const frame = bytes.subarray(0, frameBytes)
    if (bytesRead !== place.length || !checksumHolds(frame, bytes.subarray(frameBytes))) {
      throw new Error(`the record at ${place.offset} of spool segment ${this.number} is damaged`)
    }
    return bytes
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
  const wanted = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const { bytesWritten } = await handle.writev([...chunks], position)
  // A short write is how a disk that just became full answers first; the next one would say ENOSPC.
  if (bytesWritten !== wanted) throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
}

/** Opens a segment that another run of the server left, finds its whole records, and stops at the first that is not. */
export async function recoverSegment(
  path: string,
  number: number,
  maxRecordBytes: number,
  onRecord: (place: RecordPlace, payload: Buffer) => void,
): Promise<Segment> {
  const handle = await open(path, 'r')
  const { size } = await handle.stat()
  const magic = await readAt(handle, 0, segmentMagic.length)
  let offset = segmentMagic.length
  let whole = magic.equals(segmentMagic)
  while (whole && offset < size) {
    const frame = await readAt(handle, offset, frameBytes)
    const payloadLength = frame.length === frameBytes ? payloadLengthOf(frame) : 0
    whole = payloadLength >= 4 && payloadLength <= maxRecordBytes && offset + frameBytes + payloadLength <= size
    if (!whole) break
    const payload = await readAt(handle, offset + frameBytes, payloadLength)
    whole = payload.length === payloadLength && checksumHolds(frame, payload)
    if (!whole) break
    onRecord({ offset, length: frameBytes + payloadLength }, payload)
    offset += frameBytes + payloadLength
  }
  const segment = new Segment(path, number, handle, offset)
  segment.sealed = true
  // An empty file, or one cut within its first bytes, is only a segment that nothing was acknowledged from.
  segment.damaged = !whole && size > segmentMagic.length
  return segment
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await handle.read(bytes, 0, length, offset)
  return bytes.subarray(0, bytesRead)
}
