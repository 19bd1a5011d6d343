/**
 * A multipart body as fields and files, in whatever order, form and state it arrives. What can be read is taken; what had to be repaired
 * or left out is a problem of the report. Only a body in which nothing is readable is refused, because crash handlers try once.
 */
import { Busboy } from '@fastify/busboy'
import type { SubmissionProblem, SubmittedFile } from '../dialect/submission.ts'
import { ServerError } from '../errors.ts'
import type { SpoolFile } from '../spool/spool-files.ts'
import { type BodyNotes, type BodySource, newBodyNotes, openBody } from './body.ts'
import { boundaryOf } from './boundary.ts'
import { type CollectedFile, collectFile, type FileRoom } from './collect-file.ts'
import { isDumpName, openDumpPart } from './dump-part.ts'
import { FieldList } from './field-list.ts'
import { gather } from './gather.ts'
import type { IntakeLimits } from './limits.ts'
import { type MemoryBudget, MemoryShare } from './memory-budget.ts'
import { type MultipartEnd, mendMultipartEnd } from './multipart-end.ts'

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
  /** Takes more of the memory of all uploads; false where it has none left. */
  hold(bytes: number): boolean
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
  /** undefined: no file, but a form, whose parts stand beside it. */
  readonly collected: Promise<CollectedFile | undefined>
}

export async function readMultipart(source: MultipartSource, room: MultipartRoom): Promise<Upload> {
  const { limits } = room
  const boundary = boundaryOf(source.contentType, limits.boundaryLength)
  const notes = newBodyNotes()
  const share = new MemoryShare(room.budget)
  const body = openBody(source, { maxBytes: limits.uploadBytes, idleMs: limits.bodyIdleMs, totalMs: limits.bodyTotalMs }, notes, share)
  const fields = new FieldList(limits, share)
  const parts: FilePart[] = []
  try {
    const end = { opened: false, closed: false }
    const fileRoom: FileRoom = { share, inlineLeft: limits.inlineReportBytes, maxInlineFileBytes: limits.inlineFileBytes }
    const begun = await gather(body, share, limits.unbuiltBytes)
    await parse(mendMultipartEnd(begun.all(), boundary, end), boundary, { limits, fields, parts, room, fileRoom, nested: false })
    const collected = await Promise.all(parts.map((part) => part.collected))
    const files = parts.flatMap((part, i) => submittedFile(part, collected[i], fields))
    if (end.closed && notes.badCompression)
      fields.note('bad_compression', 'The body is not what its compression says: its checksum is wrong, or it was never compressed.')
    else if (!end.closed || notes.endedEarly !== undefined) fields.noteTruncation(notes.endedEarly)
    refuseNothing(fields, files, notes, end)
    const discard = async () => {
      share.release()
      for (const file of collected) await file?.spoolFile?.abandon()
    }
    const hold = (bytes: number) => share.take(bytes)
    return { fields: fields.values, files, problems: fields.problems, bytes: notes.bytes, hold, release: () => share.release(), discard }
  } catch (error) {
    const collected = await Promise.allSettled(parts.map((part) => part.collected))
    for (const each of collected) if (each.status === 'fulfilled') await each.value?.spoolFile?.abandon()
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
  /** Whether this form stands in a part of another one; a form in that is a file like any other. */
  readonly nested: boolean
}

async function parse(body: AsyncIterable<Uint8Array>, boundary: string, parsing: Parsing): Promise<void> {
  const { limits, fields, parts, fileRoom } = parsing
  const parser = new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary.replaceAll(/["\\]/g, '\\$&')}"` },
    preservePath: true,
    // Antenna's clients send their fields as one JSON part, with or without a file name; a script may send its dump without one.
    isPartAFile: (name, contentType, fileName) =>
      fileName !== undefined || (contentType !== undefined && contentType !== 'text/plain') || (name !== undefined && isDumpName(name)),
    limits: {
      fieldSize: limits.fieldBytes,
      fields: limits.fields,
      files: limits.files,
      parts: limits.parts,
      headerSize: limits.partHeaderBytes,
      headerPairs: limits.partHeaderPairs,
    },
  })
  let fail: (error: unknown) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  failed.catch(() => undefined)
  const open = new Set<NodeJS.ReadableStream & { destroy(error?: Error): unknown }>()
  parser.on('error', fail)
  parser.on('partsLimit', () => fail(new ServerError('malformed_multipart', { detail: 'too many parts' })))
  parser.on('fieldsLimit', () => fields.note('too_many_fields', `Only the first ${limits.fields} fields were kept.`))
  parser.on('filesLimit', () => fields.note('too_many_files', `Only the first ${limits.files} files were kept.`))
  parser.on('field', (name, value, _, cut) => {
    try {
      fields.add(name, value, cut)
    } catch (error) {
      fail(error)
    }
  })
  parser.on('file', (name, stream, fileName, _, contentType) => {
    open.add(stream)
    stream.on('error', () => undefined)
    const index = parts.length
    const fileNameInForm = fields.fileName(name)
    const openFile = () => parsing.room.openFile(index)
    const collected =
      isDumpName(name ?? '') && !parsing.nested
        ? collectDumpPart(stream, fileNameInForm, openFile, parsing)
        : collectFile(stream, fileRoom, openFile)
    collected.catch(fail)
    void collected.finally(() => open.delete(stream)).catch(() => undefined)
    parts.push({
      name: fileNameInForm,
      fileName: fileName === undefined ? undefined : fields.decodeName(fileName),
      contentType: contentType === '' ? undefined : contentType,
      collected,
    })
  })
  const finished = new Promise<void>((resolve) => parser.on('finish', resolve))
  try {
    for await (const chunk of body) {
      const written = new Promise<void>((resolve, reject) => {
        parser.write(chunk, (error) => (error ? reject(error) : resolve()))
      })
      await Promise.race([written, failed])
    }
    parser.end()
    await Promise.race([finished, failed])
  } catch (error) {
    for (const stream of open) stream.destroy(new Error('the upload was given up'))
    throw error
  }
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
  await parse(mendMultipartEnd(part.bytes, part.boundary, { closed: false, opened: false }), part.boundary, { ...parsing, nested: true })
  return undefined
}

function submittedFile(part: FilePart, collected: CollectedFile | undefined, fields: FieldList): SubmittedFile[] {
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

function refuseNothing(fields: FieldList, files: readonly SubmittedFile[], notes: BodyNotes, end: MultipartEnd): void {
  if (fields.values.size > 0 || files.some((file) => file.size > 0)) return
  if (notes.badCompression) throw new ServerError('bad_gzip')
  if (notes.bytes === 0 && notes.endedEarly === undefined) throw new ServerError('empty_body')
  if (end.opened && (!end.closed || notes.endedEarly !== undefined)) throw new ServerError('truncated_body')
  throw new ServerError('malformed_multipart')
}
