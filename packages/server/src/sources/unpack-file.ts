/** Files of symbol servers come plain or packed, whatever name and headers say: their first bytes tell. */
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { pipeline as pipeThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { cabinetFile, isCabinet } from './cabinet.ts'
import { SourceProblem } from './source-problem.ts'

export interface UnpackLimits {
  readonly maxUnpackedBytes: number
  readonly maxWrappings: number
}

/** The file at `path` is the unpacked one afterwards. Throws a `SourceProblem`. */
export async function unpackFile(path: string, limits: UnpackLimits, signal?: AbortSignal): Promise<void> {
  for (let wrappings = 0; ; wrappings += 1) {
    const unpacked = unpackedOf(path, await headOf(path))
    if (unpacked === undefined) return
    if (wrappings >= limits.maxWrappings) {
      unpacked.destroy()
      throw new SourceProblem('unreadable', `It is packed more than ${limits.maxWrappings} times.`)
    }
    const target = `${path}.unpacked`
    try {
      await pipeline(unpacked, bounded(limits.maxUnpackedBytes), createWriteStream(target, { flags: 'wx', mode: 0o600 }), {
        ...(signal === undefined ? {} : { signal }),
      })
      await rename(target, path)
    } catch (error) {
      await rm(target, { force: true })
      if (error instanceof SourceProblem) throw error
      throw new SourceProblem('unreadable', `It cannot be unpacked: ${error instanceof Error ? error.message : String(error)}.`, {
        cause: error,
      })
    }
  }
}

function unpackedOf(path: string, head: Uint8Array): Readable | undefined {
  if (isCabinet(head)) return Readable.from(cabinetFile(path))
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  const isZstd = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd
  if (!isGzip && !isZstd) return undefined
  // What goes wrong is told to whoever reads the end of it.
  return pipeThrough(createReadStream(path), isGzip ? createGunzip() : createZstdDecompress(), () => undefined)
}

function bounded(maxBytes: number) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let size = 0
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > maxBytes) throw new SourceProblem('too_large', `It unpacks to more than ${maxBytes} bytes.`)
      yield chunk
    }
  }
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
