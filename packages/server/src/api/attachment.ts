import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { readAddedFiles } from '../store/added-files.ts'
import { readReportFile, reportPrefix } from '../store/report-file.ts'
import type { Store } from '../store/store.ts'
import { ApiProblem } from './api-error.ts'
import type { FoundReport } from './find-report.ts'

export interface AttachmentBytes {
  readonly fileName: string
  readonly size: number
  readonly body: Readable
}

/** The name is looked up among those of the report; it is never part of a path. */
export async function openAttachment(store: Store, found: FoundReport, name: string): Promise<AttachmentBytes> {
  if (found.kind === 'waiting') {
    const file = found.report.submission.files.find((candidate) => candidate.name === name)
    if (file === undefined) throw noAttachment()
    const body = file.content.kind === 'bytes' ? Readable.from([Buffer.from(file.content.bytes)]) : createReadStream(file.content.path)
    return { fileName: file.fileName ?? name, size: file.size, body }
  }
  const file = await findFile(store, found.row.id, name)
  if (file === undefined) throw noAttachment()
  const blob = await store.blobs.stream(file.blobKey)
  if (blob === undefined) throw new ApiProblem('unavailable', "The report's file cannot be read at the moment.")
  return { fileName: file.fileName ?? name, size: blob.size, body: blob.body }
}

async function findFile(store: Store, reportId: string, name: string): Promise<{ fileName?: string; blobKey: string } | undefined> {
  const files = (await readReportFile(store.blobs, reportId))?.files ?? []
  const index = files.findIndex((candidate) => candidate.name === name)
  const file = files[index]
  if (file !== undefined) return { ...file, blobKey: `${reportPrefix(reportId)}${index}` }
  const added = await readAddedFiles(
    store.blobs,
    reportId,
    files.map((each) => each.name),
  )
  return added.find((candidate) => candidate.name === name)
}

function noAttachment(): ApiProblem {
  return new ApiProblem('not_found', 'The report has no file of that name.')
}

/** Whatever a stranger sent is saved, never shown: no type of its own, no scripts, no frames. */
export function sendAttachment(reply: FastifyReply, { fileName, size, body }: AttachmentBytes): FastifyReply {
  return reply
    .header('content-type', 'application/octet-stream')
    .header('content-disposition', contentDisposition(fileName))
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('content-length', size)
    .send(body)
}

/** RFC 6266: a plain name for old programs, and the exact one in UTF-8. The sender may have sent a path; its last part is the name. */
export function contentDisposition(fileName: string): string {
  const leaf = fileName.split(/[\\/]/).at(-1)?.slice(0, 200) || 'file'
  const plain = leaf.replaceAll(/[^\w.\- ]/g, '_')
  const exact = encodeURIComponent(leaf.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
