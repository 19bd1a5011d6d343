/**
 * Files out of a zip, as BugSplat's clients and releases with symbols pack them: stored or deflated, found by the directory at the end. No
 * encryption, no ZIP64, no parts. Source: PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16. Names are data and become no paths.
 */
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { ServerError } from '../errors.ts'

export interface ZipSource {
  readonly size: number
  read(offset: number, length: number): Promise<Buffer>
}

export interface ZipEntry {
  readonly name: string
  /** As the directory says; what is unpacked ends there. */
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

/** The comment behind the directory may have 65,535 bytes. */
const maxEndBytes = 22 + 0xffff
const maxDirectoryBytes = 4 * 1024 * 1024
const maxEntries = 1000
/** Deflate makes at most about 1,030 bytes of one. */
const pieceBytes = 64 * 1024
const [endMagic, directoryMagic, localMagic] = [0x06054b50, 0x02014b50, 0x04034b50]
const [stored, deflated] = [0, 8]

export async function zipOfFile(file: FileHandle): Promise<ZipSource> {
  const { size } = await file.stat()
  return {
    size,
    read: async (offset, length) => {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset)
      return buffer.subarray(0, bytesRead)
    },
  }
}

export function looksLikeZip(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, head.byteLength).subarray(0, 4).equals(Buffer.from('PK\x03\x04'))
}

/** Files, not folders; throws `bad_zip` for what is none, entries of a kind that is not read are left out. */
export async function readZip(source: ZipSource): Promise<ZipEntry[]> {
  const { offset, length } = await findDirectory(source)
  const directory = await source.read(offset, length)
  const entries: ZipEntry[] = []
  let at = 0
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === directoryMagic && entries.length < maxEntries) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field))
    const [flags, method] = [directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 10)]
    const [packedSize, size, local] = [20, 24, 42].map((field) => directory.readUInt32LE(at + field))
    const name = directory.toString('utf8', at + 46, at + 46 + (nameLength ?? 0))
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0)
    const readable = (flags & 1) === 0 && (method === stored || method === deflated) && !name.endsWith('/')
    if (!readable || packedSize === undefined || size === undefined || local === undefined) continue
    entries.push({ name, size, open: () => unpack(source, { local, packedSize, size, packed: method === deflated }) })
  }
  return entries
}

async function findDirectory(source: ZipSource): Promise<{ offset: number; length: number }> {
  const tail = await source.read(Math.max(0, source.size - maxEndBytes), maxEndBytes)
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== endMagic) continue
    const [length, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
    if (length > maxDirectoryBytes || offset + length > source.size) break
    return { offset, length }
  }
  throw new ServerError('bad_zip')
}

interface Place {
  readonly local: number
  readonly packedSize: number
  readonly size: number
  readonly packed: boolean
}

async function* unpack(source: ZipSource, { local, packedSize, size, packed }: Place): AsyncGenerator<Uint8Array> {
  const header = await source.read(local, 30)
  if (header.length < 30 || header.readUInt32LE(0) !== localMagic) throw new ServerError('bad_zip')
  const raw = pieces(source, local + 30 + header.readUInt16LE(26) + header.readUInt16LE(28), packedSize)
  let left = size
  try {
    for await (const chunk of packed ? inflated(raw) : raw) {
      const piece = chunk.subarray(0, left)
      left -= piece.length
      if (piece.length > 0) yield piece
      if (left === 0) return
    }
  } catch (cause) {
    throw cause instanceof ServerError ? cause : new ServerError('bad_zip', { cause })
  }
}

async function* pieces(source: ZipSource, offset: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; ) {
    const piece = await source.read(offset + done, Math.min(pieceBytes, length - done))
    if (piece.length === 0) return
    done += piece.length
    yield piece
  }
}

async function* inflated(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const from = Readable.from(source, { objectMode: false })
  const inflater = createInflateRaw()
  from.on('error', (error) => inflater.destroy(error))
  try {
    for await (const chunk of from.pipe(inflater)) if (chunk instanceof Uint8Array) yield chunk
  } finally {
    from.destroy()
    inflater.destroy()
  }
}
