/** Files in pieces: how large, where to, which are there, and one file of them again. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { ApiProblem } from '../../api/api-error.ts'
import { contentsOf } from '../contents-of.ts'
import { symbolLimits } from '../limits.ts'
import { type Answer, baseUrl, parameterOf, type UploadContext } from '../protocol.ts'
import { receiveForm } from '../receive.ts'
import { secretOf, uploaderOf } from '../symbol-owner.ts'
import { type IncomingFile, type UploadFolder, withUploadFolder } from '../upload-folder.ts'
import { sentryAnswer } from './sentry-api.ts'

/** As Sentry's own server says: its client cuts files so. */
const chunkBytes = 8 * 1024 * 1024
const chunksPerRequest = 64
const maxRequestBytes = 32 * 1024 * 1024
const concurrency = 8
/** Seconds that the client may wait for a file to be made into symbols. */
const maxWaitSeconds = 600

export const sha1Pattern = '^[0-9a-f]{40}$'
/** Of the largest file that may come. */
export const maxChunks = Math.ceil(symbolLimits.maxBodyBytes / chunkBytes)

export const answerChunkOptions: Answer = sentryAnswer(async (exchange) => {
  const { request, reply, context } = exchange
  await uploaderOf(context.store.ledger, secretOf(request))
  await reply.code(200).send({
    url: `${baseUrl(exchange)}/api/0/organizations/${encodeURIComponent(parameterOf(exchange, 'organization'))}/chunk-upload/`,
    chunkSize: chunkBytes,
    chunksPerRequest,
    maxFileSize: symbolLimits.maxBodyBytes,
    maxRequestSize: maxRequestBytes,
    maxWait: maxWaitSeconds,
    concurrency,
    hashAlgorithm: 'sha1',
    compression: ['gzip'],
    accept: ['debug_files', 'release_files', 'pdbs', 'artifact_bundles', 'artifact_bundles_v2'],
  })
})

/** Each part is named `file` or `file_gzip` and has the hash of its bytes, unpacked, as its file name. */
export const answerChunks: Answer = sentryAnswer(async ({ request, reply, context }) => {
  const { tokenId } = await uploaderOf(context.store.ledger, secretOf(request))
  await withUploadFolder(context.tmpFolder, async (folder) => {
    const { files } = await receiveForm(request, folder)
    for (const file of files) {
      const chunk = file.field === 'file_gzip' ? await unpacked(file, folder) : file
      if (chunk.size > chunkBytes) throw new ApiProblem('too_large', `A piece may have ${chunkBytes} bytes.`)
      const name = file.name.toLowerCase()
      if ((await sha1Of([chunk.path])) !== name) throw new ApiProblem('bad_request', 'A piece does not have the hash that it is named by.')
      await context.staged.put(chunkKey(tokenId, name), chunk)
    }
  })
  await reply.code(200).send()
})

export function chunkKey(tokenId: string, sha1: string): string {
  return `chunk ${tokenId} ${sha1}`
}

export function missingChunks({ staged }: UploadContext, tokenId: string, chunks: readonly string[]): string[] {
  return [...new Set(chunks)].filter((sha1) => !staged.has(chunkKey(tokenId, sha1)))
}

/** The file that the pieces make, if they make the one that was announced. */
export async function joined(
  { staged }: UploadContext,
  folder: UploadFolder,
  file: { readonly tokenId: string; readonly name: string; readonly checksum: string; readonly chunks: readonly string[] },
): Promise<IncomingFile> {
  const paths = file.chunks.map((sha1) => staged.path(chunkKey(file.tokenId, sha1)))
  const there = paths.filter((path) => path !== undefined)
  if (there.length < paths.length) throw new ApiProblem('bad_request', 'Pieces of the file are not there any more; upload it again.')
  const whole = await folder.write(Readable.from(contentsOf(there)), file.name)
  if ((await sha1Of([whole.path])) !== file.checksum) {
    // One of them may have been damaged on the disk: the client is told to send all of them again.
    for (const sha1 of file.chunks) await staged.drop(chunkKey(file.tokenId, sha1))
    throw new ApiProblem('bad_request', 'The pieces do not make the file of this checksum; upload them again.')
  }
  return whole
}

async function sha1Of(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha1')
  await pipeline(Readable.from(contentsOf(paths)), hash)
  return hash.digest('hex')
}

async function unpacked(file: IncomingFile, folder: UploadFolder): Promise<IncomingFile> {
  const unpacker = createGunzip()
  const source = createReadStream(file.path)
  source.on('error', (error) => unpacker.destroy(error))
  try {
    return await folder.write(source.pipe(unpacker), file.name, file.size)
  } catch (error) {
    if (error instanceof ApiProblem) throw error
    throw new ApiProblem('bad_archive', 'A piece that should be gzip is not.', { cause: error })
  } finally {
    source.destroy()
  }
}
