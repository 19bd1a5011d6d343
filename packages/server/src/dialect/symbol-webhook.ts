/**
 * Symbols that a build sends with a signature, as GitHub signs its webhooks: `X-Hub-Signature-256: sha256=HMAC(secret, body)`. The body is the
 * symbols themselves, whatever the API would take; a payload that names files elsewhere is not followed, because nothing that
 * is sent to this server decides an address to fetch from.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { Readable } from 'node:stream'
import { problemOf } from '../api/error-handler.ts'
import { ServerError } from '../errors.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import { type IncomingFile, type UploadFolder, withUploadFolder } from '../symbols-in/upload-folder.ts'

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
  /** Stores what the file holds; throws when that is no symbols. */
  take(project: LedgerProject, file: IncomingFile, folder: UploadFolder): Promise<readonly string[]>
}

export function symbolWebhook({ secret, tmpFolder, take }: SymbolWebhookOptions): SymbolWebhook {
  return {
    receive: (project, body, signature, onlyCheck) =>
      withUploadFolder(tmpFolder, async (folder) => {
        const hmac = createHmac('sha256', secret)
        const signed = async function* () {
          for await (const chunk of body) {
            hmac.update(chunk)
            yield chunk
          }
        }
        const file = await folder.write(Readable.from(signed()), '').catch(refuse)
        if (!isSigned(signature, hmac.digest())) throw new ServerError('bad_signature')
        if (file.size === 0) throw new ServerError('empty_body')
        return onlyCheck ? [] : take(project, file, folder).catch(refuse)
      }),
  }
}

/** The door for symbols speaks the API's language. */
function refuse(cause: unknown): never {
  if (cause instanceof ServerError) throw cause
  const { statusCode, message } = problemOf(cause)
  if (statusCode >= 500) throw cause
  throw new ServerError(statusCode === 413 ? 'too_large' : 'bad_symbols', { cause, detail: message })
}

function isSigned(signature: string | undefined, expected: Buffer): boolean {
  const digits = /^sha256=([0-9a-f]{64})$/i.exec(signature ?? '')?.[1]
  return digits !== undefined && timingSafeEqual(Buffer.from(digits, 'hex'), expected)
}
