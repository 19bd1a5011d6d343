import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Busboy } from '@fastify/busboy'
import { ApiProblem } from './api-error.ts'

export interface ReceivedFile {
  readonly path: string
  readonly size: number
  readonly sha256: string
}

interface Incoming {
  readonly body: Readable
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
}

/** Parts of a form before its file that are skipped. */
const maxFields = 20

/**
 * One file out of a body: the body itself, or the first file of a form; plain or gzip. It is written to `folder` as it comes, so its
 * size costs no memory; what is larger than `maxBytes`, unpacked, is refused as soon as that is known. The caller removes the file.
 */
export async function receiveFile(incoming: Incoming, folder: string, name: string, maxBytes: number): Promise<ReceivedFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, name)
  const unpack = unpackers(incoming.contentEncoding)
  const form = /^multipart\/form-data\b/i.test(incoming.contentType ?? '')
  const hash = createHash('sha256')
  let size = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      hash.update(chunk)
      done(size > maxBytes ? new ApiProblem('too_large', `A symbol file may have ${maxBytes} bytes.`) : null, chunk)
    },
  })
  try {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
    if (form) await fromForm(incoming, unpack, (part) => pipeline(part, measure, file))
    else await pipeline([incoming.body, ...unpack, measure, file])
    return { path, size, sha256: hash.digest('hex') }
  } catch (error) {
    await rm(path, { force: true })
    if (error instanceof ApiProblem) throw error
    throw new ApiProblem('bad_request', `The body could not be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function unpackers(encoding: string | undefined): Transform[] {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return []
    case 'gzip':
    case 'x-gzip':
      return [createGunzip()]
    default:
      throw new ApiProblem('bad_encoding')
  }
}

async function fromForm(incoming: Incoming, unpack: Transform[], keep: (part: Readable) => Promise<void>): Promise<void> {
  const busboy = new Busboy({
    headers: { 'content-type': incoming.contentType ?? '' },
    limits: { files: 1, fields: maxFields, fieldSize: 65_536, headerPairs: 50 },
  })
  let kept: Promise<void> | undefined
  busboy.on('file', (_name, part) => {
    kept = keep(part)
    // Whoever waits for the form hears of it below; without this, a failure before that would end the process.
    kept.catch((error: unknown) => busboy.destroy(error instanceof Error ? error : undefined))
  })
  await pipeline([incoming.body, ...unpack, busboy])
  if (kept === undefined) throw new ApiProblem('bad_request', 'The form holds no file.')
  await kept
}
