/** An upload that is no form: files and fields come out of the body one after the other, held to the same limits as a form's. */
import type { SubmittedFile } from '../dialect/submission.ts'
import { ServerError } from '../errors.ts'
import { type BodyNotes, type BodySource, letGo, newBodyNotes, openBody } from './body.ts'
import { type CollectedFile, collectFile, type FileRoom } from './collect-file.ts'
import { isDumpName, openDumpPart } from './dump-part.ts'
import { FieldList } from './field-list.ts'
import { MemoryShare } from './memory-budget.ts'
import type { MultipartRoom, Upload } from './multipart.ts'

export interface NewFile {
  readonly name: string
  readonly fileName?: string | undefined
  readonly contentType?: string | undefined
  /** For what is kept for longer than the exchange: it never stays in memory. */
  readonly onDisk?: boolean
}

/** What a dialect puts the pieces of a body into. */
export interface Pieces {
  readonly fields: FieldList
  readonly notes: BodyNotes
  /** Takes more of the memory of all uploads; false where it has none left. */
  hold(bytes: number): boolean
  /** Reads the source to its end; a file beyond the limit of files is read and left out. */
  addFile(file: NewFile, source: AsyncIterable<Uint8Array>): Promise<SubmittedFile | undefined>
}

export type TakePieces = (body: AsyncIterable<Uint8Array>, pieces: Pieces) => Promise<void>

/** `take` may throw; then nothing of what it added is left on the disk. */
export async function readPieces(source: BodySource, room: MultipartRoom, take: TakePieces): Promise<Upload> {
  const { limits } = room
  const notes = newBodyNotes()
  const share = new MemoryShare(room.budget)
  const fields = new FieldList(limits, share)
  const fileRoom: FileRoom = { share, inlineLeft: limits.inlineReportBytes, maxInlineFileBytes: limits.inlineFileBytes }
  const files: SubmittedFile[] = []
  const collected: CollectedFile[] = []
  const abandon = async () => {
    share.release()
    for (const { spoolFile } of collected) await spoolFile?.abandon()
  }
  const addFile: Pieces['addFile'] = async (file, bytes) => {
    if (files.length >= limits.files) {
      fields.note('too_many_files', `Only the first ${limits.files} files were kept.`)
      await drain(bytes)
      return undefined
    }
    const { maxBytes, boundaryLength } = { maxBytes: limits.uploadBytes, boundaryLength: limits.boundaryLength }
    const note = (code: string, message: string) => fields.note(code, message)
    const plain = isDumpName(file.name) ? (await openDumpPart(bytes, { maxBytes, boundaryLength, note })).bytes : bytes
    const place = file.onDisk === true ? { ...fileRoom, maxInlineFileBytes: 0 } : fileRoom
    const kept = await collectFile(plain, place, () => room.openFile(collected.length))
    collected.push(kept)
    const fileName = file.fileName === undefined ? undefined : fields.decodeName(file.fileName)
    const contentType = file.contentType?.slice(0, limits.nameLength)
    const added: SubmittedFile = {
      name: fields.fileName(file.name),
      ...(fileName === undefined ? {} : { fileName }),
      ...(contentType === undefined ? {} : { contentType }),
      size: kept.size,
      sha256: kept.sha256,
      content: kept.content,
    }
    files.push(added)
    return added
  }
  const hold = (bytes: number) => share.take(bytes)
  const body = openBody(source, { maxBytes: limits.uploadBytes, idleMs: limits.bodyIdleMs, totalMs: limits.bodyTotalMs }, notes, share)
  try {
    await take(body, { fields, notes, hold, addFile })
    if (notes.endedEarly !== undefined) fields.noteTruncation(notes.endedEarly)
    if (fields.values.size === 0 && files.every(({ size }) => size === 0)) throw nothingIn(notes)
  } catch (error) {
    await abandon()
    throw error
  } finally {
    letGo(body)
  }
  return {
    fields: fields.values,
    files,
    problems: fields.problems,
    bytes: notes.bytes,
    hold,
    release: () => share.release(),
    discard: abandon,
  }
}

function nothingIn(notes: BodyNotes): ServerError {
  if (notes.badCompression) return new ServerError('bad_gzip')
  return new ServerError(notes.endedEarly === undefined ? 'empty_body' : 'truncated_body')
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}
