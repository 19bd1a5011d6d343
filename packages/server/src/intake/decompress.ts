/**
 * Bodies of the four codings that clients use, piece by piece: what comes out waits until it is read, so that a bomb fills no memory. A
 * body that is damaged gives all that stands before the damage.
 */
import {
  type BrotliDecompress,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  type Gunzip,
} from 'node:zlib'
import { ServerError } from '../errors.ts'
import { decoderTurn } from './decoder-turns.ts'

/** Each piece is a turn of a thread, and several of them live at a time in each large upload. Small bodies go another way, see gunzip-small.ts. */
const chunkSize = 16 * 1024
/** At the end of a body that breaks off: all that can be read of it, and no error. */
const zlibOptions = { chunkSize, finishFlush: constants.Z_SYNC_FLUSH }
const brotliOptions = { chunkSize, finishFlush: constants.BROTLI_OPERATION_FLUSH }
/** RFC 8878 asks every decoder for 8 MiB and no more; the format goes to terabytes. */
const zstdWindowLog = 23
const zstdOptions = { chunkSize, finishFlush: constants.ZSTD_e_flush, params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLog } }

/** Checksum and size stand in the last bytes of gzip. They come apart, since zlib gives nothing of the piece in which they are wrong. */
const gzipTrailerBytes = 8

export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

/** undefined: the body is as it is. */
export function codingOf(contentEncoding: string | undefined): Coding | undefined {
  switch ((contentEncoding ?? '').trim().toLowerCase()) {
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return 'gzip'
    case 'deflate':
      return 'deflate'
    case 'br':
      return 'br'
    case 'zstd':
      return 'zstd'
    default:
      throw new ServerError('unsupported_encoding')
  }
}

/** `onDamage` is called once, when what follows cannot be read; the rest of the source is read and thrown away then. */
export async function* decompress(source: AsyncIterable<Uint8Array>, coding: Coding, onDamage: () => void): AsyncGenerator<Uint8Array> {
  const endTurn = await decoderTurn(coding === 'br' || coding === 'zstd' ? 'large' : 'small')
  const decoder = decoderOf(coding)
  let state: 'open' | 'ended' | 'damaged' = 'open'
  let wake: () => void = () => undefined
  decoder.on('readable', () => wake())
  decoder.on('end', () => {
    if (state === 'open') state = 'ended'
    wake()
  })
  decoder.on('error', () => {
    if (state !== 'damaged') onDamage()
    state = 'damaged'
    wake()
  })
  async function* readUntil(done: () => boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk: unknown = decoder.read()
      if (chunk instanceof Uint8Array) yield chunk
      else if (done() || state !== 'open') return
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  }
  try {
    for await (const piece of coding === 'gzip' ? withTrailerApart(source) : source) {
      if (state !== 'open') continue
      let taken = false
      decoder.write(piece, () => {
        taken = true
        wake()
      })
      yield* readUntil(() => taken)
    }
    if (state === 'open') decoder.end()
    yield* readUntil(() => false)
  } finally {
    decoder.destroy()
    endTurn()
  }
}

function decoderOf(coding: Coding): Gunzip | BrotliDecompress {
  if (coding === 'gzip') return createGunzip(zlibOptions)
  if (coding === 'deflate') return createInflate(zlibOptions)
  return coding === 'br' ? createBrotliDecompress(brotliOptions) : createZstdDecompress(zstdOptions)
}

async function* withTrailerApart(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0)
  for await (const piece of source) {
    const bytes = held.length === 0 ? Buffer.from(piece.buffer, piece.byteOffset, piece.length) : Buffer.concat([held, piece])
    const end = Math.max(0, bytes.length - gzipTrailerBytes)
    if (end > 0) yield bytes.subarray(0, end)
    held = Buffer.from(bytes.subarray(end))
  }
  if (held.length > 0) yield held
}
