import { createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ApiProblem } from '../api/api-error.ts'
import { ServerError } from '../errors.ts'
import { newId } from '../store/database/ledger/secrets.ts'
import { hasSpace } from './has-space.ts'
import { symbolLimits } from './limits.ts'

/** A file that was sent, or came out of one, as it lies in an upload's folder. */
export interface IncomingFile {
  readonly path: string
  /** The sender's word: looked at, never joined to a path. */
  readonly name: string
  readonly size: number
}

/** A folder in `tmp/` for what one upload sends and unpacks to; it goes with everything in it when `work` is done. */
export async function withUploadFolder<T>(tmpFolder: string, work: (folder: UploadFolder) => Promise<T>): Promise<T> {
  const path = join(tmpFolder, `symbols-${newId()}`)
  await mkdir(path, { recursive: true, mode: 0o700 })
  try {
    return await work(new UploadFolder(path))
  } finally {
    await rm(path, { recursive: true, force: true })
  }
}

export class UploadFolder {
  readonly path: string
  #files = 0
  #bytes = 0

  constructor(path: string) {
    this.path = path
  }

  newPath(): string {
    this.#files += 1
    return join(this.path, String(this.#files))
  }

  /** Writes what comes, as it comes. `packedBytes` is what it was unpacked from: more than so many times that is a bomb. */
  async write(source: NodeJS.ReadableStream, name: string, packedBytes?: number): Promise<IncomingFile> {
    const path = this.newPath()
    await requireSpace(this.path)
    let size = 0
    let nextLook = spaceLookBytes
    const measure = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        size += chunk.length
        this.#bytes += chunk.length
        const refusal = this.#refusal(size, packedBytes)
        if (refusal !== undefined || size < nextLook) return done(refusal ?? null, chunk)
        nextLook += spaceLookBytes
        requireSpace(this.path).then(() => done(null, chunk), done)
      },
    })
    try {
      await pipeline(source, measure, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
      return { path, name, size }
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }

  /** Takes over a file that lies elsewhere on the same disk. */
  async adopt(path: string, name: string): Promise<IncomingFile> {
    return { path, name, size: (await stat(path)).size }
  }

  #refusal(size: number, packedBytes: number | undefined): Error | undefined {
    const { maxBodyBytes, maxUnpackedBytes, minRatioBytes, maxRatio } = symbolLimits
    if (size > maxBodyBytes) return new ApiProblem('too_large', `A file may have ${maxBodyBytes} bytes.`)
    if (this.#bytes > maxUnpackedBytes) return new ApiProblem('too_large', `One upload may unpack to ${maxUnpackedBytes} bytes.`)
    if (packedBytes !== undefined && size > minRatioBytes && size > packedBytes * maxRatio)
      return new ApiProblem('too_large', `The file unpacks to more than ${maxRatio} times its size, which no symbols do.`)
    return undefined
  }
}

/** How much is written before the disk is looked at again. */
const spaceLookBytes = 256 * 1024 * 1024

async function requireSpace(path: string): Promise<void> {
  if (!(await hasSpace(path))) throw new ServerError('storage_full')
}
