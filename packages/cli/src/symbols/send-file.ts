import { createReadStream, createWriteStream, openAsBlob } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { createZstdCompress } from 'node:zlib'
import { NoAnswerError, RefusedError, type ServerConnection } from '../server-connection.ts'
import { maxAttempts } from './limits.ts'

const firstPauseMs = 500
/** The server is busy, restarts, or waited too long for the body. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

/** Sends a file compressed; again, if the connection broke or the server was busy. `temporary` names a file for the compressed form. */
export async function sendFile<Answer>(server: ServerConnection, address: string, path: string, temporary: string): Promise<Answer> {
  try {
    await pipeline(createReadStream(path), createZstdCompress(), createWriteStream(temporary))
    const bytes = await openAsBlob(temporary)
    for (let attempt = 1; ; attempt++) {
      try {
        return await server.call<Answer>('POST', address, { bytes, headers: { 'Content-Encoding': 'zstd' } })
      } catch (error) {
        const again = error instanceof NoAnswerError || (error instanceof RefusedError && passing.has(error.status))
        if (!again || attempt === maxAttempts) throw error
        await wait(firstPauseMs * 2 ** attempt)
      }
    }
  } finally {
    await rm(temporary, { force: true })
  }
}
