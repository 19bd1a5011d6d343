/** Bodies of uploads as streams into files: plain, or packed as `Content-Encoding` says; whole, or as a form. */
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { Busboy } from '@fastify/busboy'
import type { FastifyRequest } from 'fastify'
import { ApiProblem } from '../api/api-error.ts'
import { ServerError } from '../errors.ts'
import { symbolLimits } from './limits.ts'
import type { IncomingFile, UploadFolder } from './upload-folder.ts'

export interface ReceivedForm {
  readonly fields: ReadonlyMap<string, string>
  readonly files: readonly (IncomingFile & { readonly field: string })[]
}

export function isForm(request: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')
}

/** The whole body as one file. */
export async function receiveBody(request: FastifyRequest, folder: UploadFolder, name = ''): Promise<IncomingFile> {
  return readable(async () => {
    const file = await folder.write(bodyOf(request), name)
    requireWhole(request)
    if (file.size === 0) throw new ApiProblem('bad_request', 'The body is empty.')
    return file
  })
}

/** Fields and files of a form, multipart or urlencoded. */
export async function receiveForm(request: FastifyRequest, folder: UploadFolder): Promise<ReceivedForm> {
  if (!isForm(request)) return { fields: await urlEncoded(request), files: [] }
  const { maxFields, maxFieldBytes, maxFormFiles } = symbolLimits
  return readable(async () => {
    const fields = new Map<string, string>()
    const files: Promise<IncomingFile & { field: string }>[] = []
    const busboy = new Busboy({
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      limits: { files: maxFormFiles, fields: maxFields, fieldSize: maxFieldBytes, headerPairs: 50 },
    })
    busboy.on('field', (name, value) => fields.set(name, value))
    busboy.on('file', (field, part, fileName) => {
      const file = folder.write(part, fileName).then((written) => ({ ...written, field }))
      // Whoever waits for the form hears of it below; without this, a failure before that would end the process.
      file.catch((error: unknown) => busboy.destroy(error instanceof Error ? error : undefined))
      files.push(file)
    })
    let refusal: Error | undefined
    const tooMany = () => {
      refusal = new ApiProblem('too_large', 'The form has too many parts.')
    }
    busboy.on('filesLimit', tooMany).on('fieldsLimit', tooMany)
    await pipeline(bodyOf(request), busboy)
    requireWhole(request)
    if (refusal !== undefined) throw refusal
    return { fields, files: await Promise.all(files) }
  })
}

/** A small body as text. */
export async function receiveText(request: FastifyRequest, maxBytes: number = symbolLimits.maxJsonBytes): Promise<string> {
  return readable(async () => {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of bodyOf(request)) {
      const bytes = Buffer.from(chunk)
      size += bytes.length
      if (size > maxBytes) throw new ApiProblem('too_large', `This body may have ${maxBytes} bytes.`)
      chunks.push(bytes)
    }
    requireWhole(request)
    return Buffer.concat(chunks).toString('utf8')
  })
}

async function urlEncoded(request: FastifyRequest): Promise<Map<string, string>> {
  return new Map(new URLSearchParams(await receiveText(request, symbolLimits.maxFieldBytes)))
}

/** Our own refusals pass; everything else is a body that broke off or was not what it said. */
async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ApiProblem || error instanceof ServerError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new ServerError('storage_full', { cause: error })
    const message = error instanceof Error ? error.message : String(error)
    throw new ApiProblem('bad_request', `The body could not be read: ${message}.`, { cause: error })
  }
}

/** Node ends the stream of a request that was cut off with an error only sometimes; `complete` always tells, where there was a connection. */
function requireWhole(request: FastifyRequest): void {
  if (request.raw.complete === false) throw new ServerError('truncated_body')
}

function bodyOf(request: FastifyRequest): Readable {
  const unpack = unpacker(request.headers['content-encoding'])
  const watched = request.raw.pipe(idleWatch(request))
  request.raw.once('aborted', () => watched.destroy(new ServerError('truncated_body')))
  if (unpack === undefined) return watched
  watched.on('error', (error) => unpack.destroy(error))
  unpack.on('close', () => watched.destroy())
  return watched.pipe(unpack)
}

function unpacker(encoding: string | undefined): Transform | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    case 'zstd':
      return createZstdDecompress()
    default:
      throw new ApiProblem('bad_encoding')
  }
}

function idleWatch(request: FastifyRequest): Transform {
  let timer: NodeJS.Timeout | undefined
  const watch: Transform = new Transform({
    transform(chunk, _encoding, done) {
      timer?.refresh()
      done(null, chunk)
    },
  })
  timer = setTimeout(() => {
    // A full pipe behind it is our own slowness, not the sender's.
    if (watch.writableNeedDrain || request.raw.complete === true) timer?.refresh()
    else watch.destroy(new ServerError('slow_body'))
  }, symbolLimits.idleMs)
  watch.once('close', () => clearTimeout(timer))
  // Whoever reads it hears of it; before and after that nobody does, and an error that nobody hears ends the process.
  watch.on('error', () => undefined)
  return watch
}
