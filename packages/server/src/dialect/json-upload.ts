/**
 * JSON bodies of other services' clients. They pass through the same budget as files, so that a thousand of them at once cannot fill the
 * memory; only while one is parsed does it stand there as a whole.
 */
import { readFile } from 'node:fs/promises'
import { ServerError } from '../errors.ts'
import type { Upload } from '../intake/multipart.ts'
import { holdForJson } from '../intake/parse-json.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import { bodyOf } from './exchange.ts'
import { parseJson } from './json-value.ts'
import type { Served } from './service.ts'
import type { SubmittedFile } from './submission.ts'

/** Sentry's own server takes 1 MiB, Backtrace's clients put source code into theirs. */
export const maxEventBytes: number = 4 * 1024 * 1024

export interface JsonUpload {
  readonly id: string
  readonly upload: Upload
  readonly json: unknown
}

/** The body becomes the file `event`; `unpacked` turns it into JSON where it is packed in a way of its own. */
export async function readJsonUpload(
  { request, context }: Pick<Served, 'request' | 'context'>,
  project: LedgerProject,
  unpacked: (bytes: Buffer) => Uint8Array = (bytes) => bytes,
): Promise<JsonUpload> {
  const { intake } = context
  const id = intake.newReportId()
  const upload = await intake.readPieces(id, bodyOf(request), project, async (body, pieces) => {
    await pieces.addFile({ name: 'event', contentType: 'application/json' }, body)
  })
  try {
    const [file] = upload.files
    if (file === undefined) throw new ServerError('empty_body')
    if (upload.problems.some(({ code }) => code === 'truncated_body')) throw new ServerError('truncated_body')
    return { id, upload, json: await jsonOfFile(upload, file, unpacked) }
  } catch (error) {
    await upload.discard()
    throw error
  }
}

/** What is parsed is held as part of the upload. */
export async function jsonOfFile(
  upload: Pick<Upload, 'hold'>,
  file: SubmittedFile,
  unpacked: (bytes: Buffer) => Uint8Array = (bytes) => bytes,
): Promise<unknown> {
  const bytes = await bytesOfFile(file, maxEventBytes)
  if (bytes === undefined) throw new ServerError('too_large')
  try {
    const text = unpacked(bytes)
    holdForJson(text.length, (more) => upload.hold(more))
    return parseJson(text)
  } catch (cause) {
    if (cause instanceof ServerError) throw cause
    throw new ServerError('bad_event', { cause })
  }
}

/** undefined: larger than that. */
export async function bytesOfFile({ size, content }: SubmittedFile, maxBytes: number): Promise<Buffer | undefined> {
  if (size > maxBytes) return undefined
  return content.kind === 'bytes' ? Buffer.from(content.bytes) : readFile(content.path)
}
