import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { acceptsGzip, type ByteRange, isUnchanged, rangeOf } from './conditions.ts'
import { symbolServerLimits } from './limits.ts'

/** A stored file or a piece of it; its path ends with the hash of its content. */
export interface StoredFile {
  readonly path: string
  readonly contentType: string
  readonly piece?: ByteRange
  /** Text, of which a tenth is left when it is packed. */
  readonly packs?: true
}

let packing = 0

/** Named by its content, so that it may be kept for ever by who asked; what a token opened is for that one only. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, contentType, piece, packs }: StoredFile,
): Promise<FastifyReply> {
  const whole = piece ?? { start: 0, length: (await stat(path)).size }
  const etag = `${basename(path)}${piece === undefined ? '' : `.${piece.start}.${piece.length}`}`
  const open = ({ start, length }: ByteRange) =>
    length === 0 ? Readable.from([]) : createReadStream(path, { start, end: start + length - 1 })
  reply.header('accept-ranges', 'bytes')
  if (packs) {
    reply.header('vary', 'Accept-Encoding')
    const mayPack = request.method === 'GET' && request.headers.range === undefined && packing < symbolServerLimits.maxPacking
    if (mayPack && acceptsGzip(request.headers['accept-encoding']))
      return sendPacked(request, reply, { etag, contentType, open: () => open(whole) })
  }
  const range = isUnchanged(request.headers, `"${etag}"`) ? undefined : rangeOf(request.headers, whole.length, `"${etag}"`)
  if (range === 'outside') return reply.code(416).header('content-range', `bytes */${whole.length}`).send()
  if (range === undefined) return sendBytes(request, reply, { size: whole.length, etag, contentType, open: () => open(whole) })
  const { start, length } = range
  reply.code(206).header('content-range', `bytes ${start}-${start + length - 1}/${whole.length}`)
  return sendBytes(request, reply, { size: length, etag, contentType, open: () => open({ start: whole.start + start, length }) })
}

interface Bytes {
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  readonly contentType: string
  readonly open: () => Readable
}

export function sendBytes(request: FastifyRequest, reply: FastifyReply, { size, etag, contentType, open }: Bytes): FastifyReply {
  describe(request, reply, `"${etag}"`)
  if (isUnchanged(request.headers, `"${etag}"`)) return reply.code(304).send()
  reply.headers({ 'content-type': contentType, 'content-length': size })
  // An empty stream, since of anything else Fastify tells the length as that of the file.
  return reply.send(request.method === 'HEAD' ? Readable.from([]) : open())
}

/** Its size is not known ahead. */
function sendPacked(request: FastifyRequest, reply: FastifyReply, { etag, contentType, open }: Omit<Bytes, 'size'>): FastifyReply {
  const tag = `"${etag}.gzip"`
  describe(request, reply, tag)
  if (isUnchanged(request.headers, tag)) return reply.code(304).send()
  const [plain, packed] = [open(), createGzip({ level: constants.Z_BEST_SPEED })]
  packing += 1
  packed.once('close', () => {
    packing -= 1
    plain.destroy()
  })
  plain.once('error', (error) => packed.destroy(error))
  reply.headers({ 'content-type': contentType, 'content-encoding': 'gzip' })
  return reply.send(plain.pipe(packed))
}

function describe(request: FastifyRequest, reply: FastifyReply, etag: string): void {
  const mayShare = request.headers.authorization === undefined
  reply.headers({ etag, 'cache-control': `${mayShare ? 'public' : 'private'}, max-age=86400`, 'x-content-type-options': 'nosniff' })
}
