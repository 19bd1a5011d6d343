/**
 * A multipart body as fields and files, in whatever order, form and state it arrives. What can be read is taken; what had to be repaired
 * or left out is a problem of the report. Only a body in which nothing is readable is refused, because crash handlers try once.
 */
import type { SubmissionProblem, SubmittedFile } from '../dialect/submission.ts'
import { ServerError } from '../errors.ts'
import type { SpoolFile } from '../spool/spool-files.ts'
import { type BodyNotes, type BodySource, newBodyNotes, openBody } from './body.ts'
import { boundaryOf } from './boundary.ts'
import { type CollectedFile, collectFile, type FileRoom } from './collect-file.ts'
import { isDumpName, openDumpPart } from './dump-part.ts'
import { FieldList } from './field-list.ts'
import { type FormEnd, FormReader } from './form-reader.ts'
import type { IntakeLimits } from './limits.ts'
import { type MemoryBudget, MemoryShare } from './memory-budget.ts'
import { decodeText, type PartHead } from './part-head.ts'

export interface MultipartSource extends BodySource {
  readonly contentType: string
}

export interface MultipartRoom {
  readonly limits: IntakeLimits
  readonly budget: MemoryBudget
  openFile(index: number): Promise<SpoolFile>
}

/** What a body held. Whoever has it calls `release` after the report was appended, or `discard` when it was not. */
export interface Upload {
  readonly fields: Map<string, string>
  readonly files: readonly SubmittedFile[]
  readonly problems: readonly SubmissionProblem[]
  /** Bytes after decompression. */
  readonly bytes: number
  /** Gives the memory back. */
  release(): void
  /** …and removes the files that were streamed to disk. */
  discard(): Promise<void>
}

/** A sample of a refusal names so many of the fields that had arrived. */
const maxSampledNames = 50

interface FilePart {
  readonly name: string
  readonly fileName: string | undefined
  readonly contentType: string | undefined
  /** undefined: no file, but a form, whose parts stand beside it; or not whole yet. */
  collected: CollectedFile | undefined
}

export async function readMultipart(source: MultipartSource, room: MultipartRoom): Promise<Upload> {
  const { limits } = room
  const boundary = boundaryOf(source.contentType, limits.boundaryLength)
  const notes = newBodyNotes()
  const body = openBody(source, { maxBytes: limits.uploadBytes, idleMs: limits.bodyIdleMs, totalMs: limits.bodyTotalMs }, notes)
  const share = new MemoryShare(room.budget)
  const fields = new FieldList(limits, share)
  const parts: FilePart[] = []
  try {
    const end = { opened: false, closed: false }
    const fileRoom: FileRoom = { share, inlineLeft: limits.inlineReportBytes, maxInlineFileBytes: limits.inlineFileBytes }
    await parse(body, boundary, { limits, fields, parts, room, fileRoom, counts: { fields: 0, files: 0 }, nested: false }, end)
    const files = parts.flatMap((part) => submittedFile(part, fields))
    if (end.closed && notes.badCompression) fields.note('bad_compression', 'The checksum of the compressed body is wrong.')
    else if (!end.closed || notes.endedEarly !== undefined) fields.noteTruncation(notes.endedEarly)
    refuseNothing(fields, files, notes, end)
    const discard = async () => {
      share.release()
      for (const { collected } of parts) await collected?.spoolFile?.abandon()
    }
    return { fields: fields.values, files, problems: fields.problems, bytes: notes.bytes, release: () => share.release(), discard }
  } catch (error) {
    for (const { collected } of parts) await collected?.spoolFile?.abandon()
    share.release()
    if (error instanceof ServerError) error.fieldNames = [...fields.values.keys()].slice(0, maxSampledNames)
    throw error
  }
}

interface Parsing {
  readonly limits: IntakeLimits
  readonly fields: FieldList
  readonly parts: FilePart[]
  readonly room: MultipartRoom
  readonly fileRoom: FileRoom
  /** Parts met so far. */
  readonly counts: { fields: number; files: number }
  /** Whether this form stands in a part of another one; a form in that is a file like any other. */
  readonly nested: boolean
}

async function parse(body: AsyncIterable<Uint8Array>, boundary: string, parsing: Parsing, end: FormEnd): Promise<void> {
  const reader = new FormReader(body, boundary, parsing.limits, end)
  try {
    for (let head = await reader.next(); head !== undefined; head = await reader.next()) {
      // Antenna's clients send their fields as one JSON part, with or without a file name.
      const isFile = head.fileName !== undefined || (head.contentType !== undefined && head.contentType !== 'text/plain')
      await (isFile ? takeFile(reader, head, parsing) : takeField(reader, head, parsing))
    }
  } finally {
    await reader.close()
  }
}

async function takeField(reader: FormReader, { name, charset }: PartHead, { limits, fields, counts }: Parsing): Promise<void> {
  counts.fields += 1
  if (counts.fields > limits.fields) return fields.note('too_many_fields', `Only the first ${limits.fields} fields were kept.`)
  const value = reader.whole() ?? (await readAtMost(reader.body(), limits.fieldBytes + 1))
  const cut = value.length > limits.fieldBytes
  fields.add(name, decodeText(cut ? value.subarray(0, limits.fieldBytes) : value, charset), cut)
}

async function takeFile(reader: FormReader, head: PartHead, parsing: Parsing): Promise<void> {
  const { limits, fields, parts, fileRoom, counts } = parsing
  counts.files += 1
  if (counts.files > limits.files) return fields.note('too_many_files', `Only the first ${limits.files} files were kept.`)
  const part: FilePart = {
    name: fields.fileName(head.name),
    fileName: head.fileName === undefined ? undefined : fields.decodeName(head.fileName),
    contentType: head.contentType,
    collected: undefined,
  }
  const index = parts.length
  parts.push(part)
  const openFile = () => parsing.room.openFile(index)
  part.collected =
    isDumpName(head.name ?? '') && !parsing.nested
      ? await collectDumpPart(reader.body(), part.name, openFile, parsing)
      : await collectFile(reader.body(), fileRoom, openFile)
}

async function readAtMost(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let left = maxBytes
  for await (const piece of source) {
    if (left > 0) pieces.push(piece.length > left ? piece.subarray(0, left) : piece)
    left -= piece.length
  }
  return Buffer.concat(pieces)
}

async function collectDumpPart(
  source: AsyncIterable<Uint8Array>,
  name: string,
  openFile: () => Promise<SpoolFile>,
  parsing: Parsing,
): Promise<CollectedFile | undefined> {
  const { fields, limits, fileRoom } = parsing
  const part = await openDumpPart(source, {
    maxBytes: limits.uploadBytes,
    boundaryLength: limits.boundaryLength,
    note: (code, message) => fields.note(code, message),
  })
  if (part.kind === 'file') return collectFile(part.bytes, fileRoom, openFile)
  fields.freeFileName(name)
  await parse(part.bytes, part.boundary, { ...parsing, nested: true }, { closed: false, opened: false })
  return undefined
}

function submittedFile(part: FilePart, fields: FieldList): SubmittedFile[] {
  const { collected } = part
  if (collected === undefined) return []
  const { content, size, sha256 } = collected
  if (isJsonFields(part) && content.kind === 'bytes' && fields.addJson(content.bytes)) return []
  const described = {
    ...(part.fileName === undefined ? {} : { fileName: part.fileName }),
    ...(part.contentType === undefined ? {} : { contentType: part.contentType }),
  }
  if (size === 0) fields.note('empty_file', `The file ${JSON.stringify(part.name)} is empty.`)
  return [{ name: part.name, ...described, size, sha256, content }]
}

/** How Firefox sends its annotations: one part named `extra`, a JSON object, which may carry a file name. */
function isJsonFields(part: FilePart): boolean {
  return part.name === 'extra' && part.contentType === 'application/json'
}

function refuseNothing(fields: FieldList, files: readonly SubmittedFile[], notes: BodyNotes, end: FormEnd): void {
  if (fields.values.size > 0 || files.some((file) => file.size > 0)) return
  if (notes.badCompression) throw new ServerError('bad_gzip')
  if (notes.bytes === 0 && notes.endedEarly === undefined) throw new ServerError('empty_body')
  if (end.opened && (!end.closed || notes.endedEarly !== undefined)) throw new ServerError('truncated_body')
  throw new ServerError('malformed_multipart')
}
