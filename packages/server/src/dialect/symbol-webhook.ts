/**
 * Symbols that a build sends with a signature, as GitHub signs its webhooks: `X-Hub-Signature-256: sha256=HMAC(secret, body)`. The body is the
 * symbols themselves, a `.sym` file or a zip of some; a payload that names files elsewhere is not followed, because nothing that
 * is sent to this server decides an address to fetch from.
 */
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ServerError } from '../errors.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import { looksLikeZip, readZip, zipOfFile } from './zip.ts'

export interface SymbolWebhook {
  /** Checks the signature, then adds what the body holds, unless that is only to be checked. Resolves with the names of the modules. */
  receive(
    project: LedgerProject,
    body: AsyncIterable<Uint8Array>,
    signature: string | undefined,
    onlyCheck: boolean,
  ): Promise<readonly string[]>
}

export interface SymbolWebhookOptions {
  readonly secret: string
  readonly tmpFolder: string
  /** Takes the file at `path` over; undefined: it is no symbol file. */
  addSymbols(project: LedgerProject, file: { path: string; size: number; sha256: string }): Promise<string | undefined>
}

/** Chromium's own file has 1.3 GB. */
const maxSymbolBytes = 4 * 1024 * 1024 * 1024
const maxEntries = 500

export function symbolWebhook({ secret, tmpFolder, addSymbols }: SymbolWebhookOptions): SymbolWebhook {
  const write = async (source: AsyncIterable<Uint8Array>, hmac?: ReturnType<typeof createHmac>) => {
    const path = join(tmpFolder, `webhook-${randomUUID()}`)
    const hash = createHash('sha256')
    let size = 0
    const measured = async function* () {
      for await (const chunk of source) {
        size += chunk.length
        if (size > maxSymbolBytes) throw new ServerError('too_large')
        hash.update(chunk)
        hmac?.update(chunk)
        yield chunk
      }
    }
    try {
      await pipeline(measured, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
    return { path, size, sha256: hash.digest('hex') }
  }

  const addAll = async (project: LedgerProject, path: string): Promise<string[]> => {
    const file = await open(path, 'r')
    try {
      const names: string[] = []
      for (const entry of (await readZip(await zipOfFile(file))).filter(({ name }) => /\.sym$/i.test(name)).slice(0, maxEntries)) {
        const unpacked = await write(entry.open())
        try {
          const name = await addSymbols(project, unpacked)
          if (name !== undefined) names.push(name)
        } finally {
          await rm(unpacked.path, { force: true })
        }
      }
      return names
    } finally {
      await file.close()
    }
  }

  return {
    async receive(project, body, signature, onlyCheck) {
      const hmac = createHmac('sha256', secret)
      const received = await write(body, hmac)
      try {
        if (!isSigned(signature, hmac.digest())) throw new ServerError('bad_signature')
        if (received.size === 0) throw new ServerError('empty_body')
        if (onlyCheck) return []
        const names = (await isZip(received.path)) ? await addAll(project, received.path) : [await addSymbols(project, received)]
        const added = names.filter((name) => name !== undefined)
        if (added.length === 0) throw new ServerError('bad_symbols')
        return added
      } finally {
        await rm(received.path, { force: true })
      }
    },
  }
}

function isSigned(signature: string | undefined, expected: Buffer): boolean {
  const digits = /^sha256=([0-9a-f]{64})$/i.exec(signature ?? '')?.[1]
  return digits !== undefined && timingSafeEqual(Buffer.from(digits, 'hex'), expected)
}

async function isZip(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return looksLikeZip(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}
