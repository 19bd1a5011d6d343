import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A stored file, named by its content, so that it may be kept for ever by who asked; what a token opened is for that one only. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, path: string, contentType: string): Promise<FastifyReply> {
  const { size } = await stat(path)
  return sendBytes(request, reply, { size, contentType, open: () => createReadStream(path) })
}

export function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  { size, contentType, open }: { readonly size: number; readonly contentType: string; readonly open: () => Readable },
): FastifyReply {
  const mayShare = request.headers.authorization === undefined
  reply.headers({
    'content-type': contentType,
    'content-length': size,
    'cache-control': `${mayShare ? 'public' : 'private'}, max-age=86400`,
    'x-content-type-options': 'nosniff',
  })
  // An empty stream, since of anything else Fastify tells the length as that of the file.
  return reply.send(request.method === 'HEAD' ? Readable.from([]) : open())
}
