import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { SubmittedFile } from '../dialect/submission.ts'
import { hasCode } from '../durable/durable-files.ts'
import type { Blobs } from './blobs/blobs.ts'

interface FileEntries {
  readonly entries: { readonly key: string; readonly content: Uint8Array | { readonly path: string } }[]
  readonly problems: { readonly code: string; readonly message: string }[]
}

/** What is still to be put of the files of a spool record: those that an earlier call moved already are recognised where they lie now. */
export async function fileEntries(blobs: Blobs, files: readonly SubmittedFile[], keyOf: (index: number) => string): Promise<FileEntries> {
  const result: FileEntries = { entries: [], problems: [] }
  for (const [i, file] of files.entries()) {
    const key = keyOf(i)
    const { content } = file
    if (content.kind === 'bytes') result.entries.push({ key, content: content.bytes })
    else if (await isFile(content.path)) result.entries.push({ key, content })
    else if (!(await isStored(blobs, key, file)))
      result.problems.push({ code: 'file_lost', message: `The file ${i} of this report is not in the spool any more.` })
  }
  return result
}

/** A moved file is one of the right size and content; anything else under its name is a write that never ended. */
async function isStored(blobs: Blobs, key: string, { size, sha256 }: SubmittedFile): Promise<boolean> {
  const blob = await blobs.stream(key)
  if (blob === undefined) return false
  if (blob.size !== size) {
    blob.body.destroy()
    return false
  }
  const hash = createHash('sha256')
  await pipeline(blob.body, hash)
  return hash.digest('hex') === sha256
}

export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}
