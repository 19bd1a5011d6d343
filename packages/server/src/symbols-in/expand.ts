/** What one file holds: archives and packed files are opened, whatever their name, until files come out that are none. */
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import yauzl from 'yauzl'
import { ApiProblem } from '../api/api-error.ts'
import { ServerError } from '../errors.ts'
import { type ContentKind, contentKind } from './content-kind.ts'
import { symbolLimits } from './limits.ts'
import type { IncomingFile, UploadFolder } from './upload-folder.ts'

export interface Leaf extends IncomingFile {
  readonly kind: Exclude<ContentKind, 'zip' | 'gzip' | 'zstd'>
}

/** A file that could not be opened; the others of the same archive go on. */
export interface Unreadable {
  readonly kind: 'unreadable'
  readonly name: string
  readonly problem: ApiProblem
}

/** Each file is removed behind the caller's back once it was unpacked; a leaf is the caller's. */
export async function* expand(file: IncomingFile, folder: UploadFolder): AsyncGenerator<Leaf | Unreadable> {
  yield* expandAt(file, folder, { entries: 0 }, 0)
}

interface Counted {
  entries: number
}

async function* expandAt(file: IncomingFile, folder: UploadFolder, counted: Counted, depth: number): AsyncGenerator<Leaf | Unreadable> {
  const kind = contentKind(await headOf(file.path))
  if (kind !== 'zip' && kind !== 'gzip' && kind !== 'zstd') {
    yield { ...file, kind }
    return
  }
  try {
    if (depth >= symbolLimits.maxDepth) throw new ApiProblem('too_large', `Archives in archives are opened ${symbolLimits.maxDepth} deep.`)
    const inner = kind === 'zip' ? unzip(file, folder, counted) : [await unpack(file, folder, kind)]
    for await (const entry of inner) {
      if ('problem' in entry) yield entry
      else yield* expandAt(entry, folder, counted, depth + 1)
    }
  } catch (error) {
    yield { kind: 'unreadable', name: file.name, problem: readingProblem(error, kind) }
  } finally {
    await rm(file.path, { force: true })
  }
}

async function unpack(file: IncomingFile, folder: UploadFolder, kind: 'gzip' | 'zstd'): Promise<IncomingFile> {
  const unpacker = kind === 'gzip' ? createGunzip() : createZstdDecompress()
  // The pipeline ends the reader when whoever reads the other end gives up.
  const source = pipeline(createReadStream(file.path), unpacker, () => undefined)
  return folder.write(source, file.name.replace(/\.(?:t?gz|zst)$/i, ''), file.size)
}

async function* unzip(file: IncomingFile, folder: UploadFolder, counted: Counted): AsyncGenerator<IncomingFile | Unreadable> {
  const zip = await yauzl.openPromise(file.path, { lazyEntries: true, autoClose: false })
  const tooMany = () => new ApiProblem('too_large', `An upload may hold ${symbolLimits.maxEntries} files; send the rest by itself.`)
  try {
    // Folders are entries, too.
    if (zip.entryCount > 2 * symbolLimits.maxEntries) throw tooMany()
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/') || isLitter(entry.fileName)) continue
      counted.entries += 1
      if (counted.entries > symbolLimits.maxEntries) throw tooMany()
      try {
        const stream = await zip.openReadStreamPromise(entry)
        yield await folder.write(stream, entry.fileName, Math.max(entry.compressedSize, 1))
      } catch (error) {
        if (error instanceof ApiProblem || error instanceof ServerError) throw error
        yield { kind: 'unreadable', name: entry.fileName, problem: readingProblem(error, 'zip') }
      }
    }
  } finally {
    zip.close()
  }
}

/** What desktops leave in every archive. */
function isLitter(name: string): boolean {
  return /(?:^|\/)(?:\.DS_Store|__MACOSX\/.*|Thumbs\.db)$/i.test(name)
}

function readingProblem(error: unknown, kind: 'zip' | 'gzip' | 'zstd'): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (error instanceof ServerError) throw error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') throw new ServerError('storage_full', { cause: error })
  const message = error instanceof Error ? error.message : String(error)
  return new ApiProblem('bad_archive', `The ${kind} file cannot be unpacked, perhaps because it was cut off: ${message}.`, { cause: error })
}

/** A PE says where its header is, so the head is a page. */
async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
