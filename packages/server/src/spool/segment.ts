/**
 * One append-only file of records. It is written from its first byte to its last sync by one process and never appended to again after
 * a failure or a restart: what follows a record that did not reach the disk cannot be trusted.
 *
 * The file has its full size from the start, filled with zeros or with the settled records of an earlier number. Appending therefore
 * changes bytes only, and `fdatasync` need not wait for the file system's journal.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { checksumHolds, decodePayload, type EncodedRecord, frameBytes, payloadLengthOf, seal, sealHolds } from './record.ts'
import { RecordList } from './record-list.ts'
import type { SpoolReport } from './spool-report.ts'

/** Eight bytes at the start of each segment; the digit is the version of the format. */
export const segmentMagic: Buffer = Buffer.from('CKSPOOL2', 'latin1')

/** Zeros written at a time when a new file is prepared. */
const zeros = Buffer.alloc(1024 * 1024)

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
  /** Reports acknowledged from this segment that wait to be settled. */
  readonly records: RecordList = new RecordList()
  /** …and those under way. */
  unsettled = 0
  /** No more records will come. */
  sealed = false
  /** Recovery met a record of this segment that is not whole. */
  damaged = false
  /** The file may serve again when everything in it is settled. */
  reusable = true
  /** Large files that its records name; removed after the segment where the store left them. */
  readonly leaves: string[] = []
  lastAppendAt = 0

  constructor(path: string, number: number, handle: FileHandle, end: number) {
    this.path = path
    this.number = number
    this.#handle = handle
    this.#end = end
  }

  /**
   * Makes an empty segment of the file at `spare` (see `prepare`); its name is not durable before the folder is synced, and nothing may be
   * appended before: until then the file may come back under its old name.
   */
  static async open(path: string, number: number, spare: string): Promise<Segment> {
    await rename(spare, path)
    return new Segment(path, number, await open(path, 'r+'), segmentMagic.length)
  }

  /** Writes a file of zeros that a segment can be made of; synced, the first append does not have to write them as well. */
  static async prepare(path: string, bytes: number, { synced = false } = {}): Promise<void> {
    const handle = await open(path, 'w', 0o600)
    try {
      await handle.write(segmentMagic, 0, segmentMagic.length, 0)
      for (let offset = segmentMagic.length; offset < bytes; offset += zeros.length) {
        const length = Math.min(zeros.length, bytes - offset)
        const { bytesWritten } = await handle.write(zeros, 0, length, offset)
        if (bytesWritten !== length) throw diskFull()
      }
      if (synced) await handle.datasync()
    } catch (cause) {
      await rm(path, { force: true })
      throw cause
    } finally {
      await handle.close()
    }
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
    for (const { chunks, length } of records) {
      const [head] = chunks
      if (head !== undefined) seal(head, this.number)
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
    this.reusable = false
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
  if (bytesWritten !== wanted) throw diskFull()
}

function diskFull(): Error {
  return Object.assign(new Error('short write'), { code: 'ENOSPC' })
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
  // A file that is cut within its first bytes is only a segment that nothing was acknowledged from.
  let damaged = !magic.equals(segmentMagic) && size > segmentMagic.length
  while (magic.equals(segmentMagic)) {
    const frame = await readAt(handle, offset, frameBytes)
    // The end: zeros, or what the file held in an earlier life.
    if (frame.length < frameBytes || !sealHolds(frame, number)) break
    const length = payloadLengthOf(frame)
    const fits = length >= 4 && length <= maxRecordBytes && offset + frameBytes + length <= size
    const payload = fits ? await readAt(handle, offset + frameBytes, length) : undefined
    if (payload === undefined || payload.length !== length || !checksumHolds(frame, payload)) {
      damaged = true
      break
    }
    onRecord({ offset, length: frameBytes + length }, payload)
    offset += frameBytes + length
  }
  const segment = new Segment(path, number, handle, offset)
  segment.sealed = true
  segment.reusable = false
  segment.damaged = damaged
  return segment
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await handle.read(bytes, 0, length, offset)
  return bytes.subarray(0, bytesRead)
}
