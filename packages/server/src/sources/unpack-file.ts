/** Files of symbol servers come plain or packed, whatever name and headers say: their first bytes tell. */
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { isCabinet } from './cabinet.ts'
import { SourceProblem } from './source-problem.ts'
import { tooLarge } from './unpack-cabinet.ts'

export interface UnpackLimits {
  readonly maxUnpackedBytes: number
  readonly maxWrappings: number
}

/** In a process of its own, since it is our code that reads hostile bytes then. Throws a `SourceProblem`. */
export type UnpackCabinet = (inputPath: string, outputPath: string, maxBytes: number) => Promise<void>

export interface UnpackTools {
  readonly limits: UnpackLimits
  readonly unpackCabinet: UnpackCabinet
  readonly signal?: AbortSignal
}

/** The file at `path` is the unpacked one afterwards. Throws a `SourceProblem`. */
export async function unpackFile(path: string, tools: UnpackTools): Promise<void> {
  const { maxWrappings } = tools.limits
  for (let wrappings = 0; ; wrappings += 1) {
    const kind = packedAs(await headOf(path))
    if (kind === undefined) return
    if (wrappings >= maxWrappings) throw new SourceProblem('unreadable', `It is packed more than ${maxWrappings} times.`)
    const target = `${path}.unpacked`
    try {
      if (kind === 'cabinet') await tools.unpackCabinet(path, target, tools.limits.maxUnpackedBytes)
      else await unpackStream(kind, path, target, tools)
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

function packedAs(head: Uint8Array): 'cabinet' | 'gzip' | 'zstd' | undefined {
  if (isCabinet(head)) return 'cabinet'
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd ? 'zstd' : undefined
}

async function unpackStream(kind: 'gzip' | 'zstd', path: string, target: string, { limits, signal }: UnpackTools): Promise<void> {
  await pipeline(
    createReadStream(path),
    kind === 'gzip' ? createGunzip() : createZstdDecompress(),
    bounded(limits.maxUnpackedBytes),
    createWriteStream(target, { flags: 'wx', mode: 0o600 }),
    signal === undefined ? {} : { signal },
  )
}

function bounded(maxBytes: number) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let size = 0
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > maxBytes) throw tooLarge(maxBytes)
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
