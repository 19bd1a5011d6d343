import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { createZstdCompress } from 'node:zlib'
import type { SymbolPiece, SymbolsMissing } from '@crashkeep/server/api-types'
import { NoAnswerError, RefusedError, type ServerConnection } from '../server-connection.ts'
import { inParallel } from './in-parallel.ts'
import { maxAttempts, maxPiecesAtOnce, pieceBytes } from './limits.ts'

const firstPauseMs = 500
/** The server is busy, restarts, or waited too long for the body. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])
const pieceListType = 'application/vnd.crashkeep.pieces+json'

export interface SendTo {
  readonly server: ServerConnection
  /** Whose the file is. */
  readonly scope: Readonly<Record<string, string>>
  /** Of the API, for this kind of file. */
  readonly route: '/symbols' | '/source-maps'
  readonly query?: Readonly<Record<string, string>>
  /** So many bytes more have arrived. */
  readonly sent?: (bytes: number) => void
}

/**
 * Sends a file compressed, a large one in pieces; again, if the connection broke or the server was busy. Pieces that arrived in an earlier run are not
 * sent again. `temporary` names a file for the compressed form.
 */
export async function sendFile<Answer>(to: SendTo, path: string, temporary: string): Promise<Answer> {
  const { server, scope, route, query } = to
  const address = `${route}?${new URLSearchParams({ ...scope, ...query })}`
  try {
    await pipeline(createReadStream(path), createZstdCompress(), createWriteStream(temporary))
    const bytes = await openAsBlob(temporary)
    const pieces = bytes.size > pieceBytes ? await sendPieces(to, bytes) : undefined
    if (pieces === undefined) {
      const answer = await persistently(() => server.call<Answer>('POST', address, { bytes, headers: { 'Content-Encoding': 'zstd' } }))
      to.sent?.(bytes.size)
      return answer
    }
    const list = new Blob([JSON.stringify({ pieces, encoding: 'zstd' })])
    return await persistently(() => server.call<Answer>('POST', address, { bytes: list, headers: { 'Content-Type': pieceListType } }))
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Their hashes in their order; undefined for a server that is too old to take pieces. */
async function sendPieces({ server, scope, sent }: SendTo, bytes: Blob): Promise<string[] | undefined> {
  const whose = new URLSearchParams(scope)
  const pieces = await hashedPieces(bytes)
  const json = { modules: [], pieces }
  const { pieces: missing } = await persistently(() =>
    server.call<Partial<SymbolsMissing>>('POST', `/symbols/missing?${whose}`, { json }),
  ).catch((error: unknown) => {
    if (error instanceof RefusedError && (error.status === 400 || error.status === 404)) return { pieces: undefined }
    throw error
  })
  if (missing === undefined) return undefined
  const wanted = new Set(missing)
  const numbers = [...pieces.keys()].filter((number) => wanted.delete(pieces[number] ?? ''))
  await inParallel(numbers, maxPiecesAtOnce, async (number) => {
    const piece = bytes.slice(number * pieceBytes, (number + 1) * pieceBytes)
    await persistently(() => server.call<SymbolPiece>('POST', `/symbols/pieces?${whose}`, { bytes: piece }))
    sent?.(piece.size)
  })
  return pieces
}

async function hashedPieces(bytes: Blob): Promise<string[]> {
  const hashes: string[] = []
  for (let at = 0; at < bytes.size; at += pieceBytes) {
    const piece = new Uint8Array(await bytes.slice(at, at + pieceBytes).arrayBuffer())
    hashes.push(createHash('sha256').update(piece).digest('hex'))
  }
  return hashes
}

async function persistently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const again = error instanceof NoAnswerError || (error instanceof RefusedError && passing.has(error.status))
      if (!again || attempt === maxAttempts) throw error
      await wait(firstPauseMs * 2 ** attempt)
    }
  }
}
