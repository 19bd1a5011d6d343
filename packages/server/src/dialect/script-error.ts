/**
 * An error of a script (or of any language that other services' clients catch), in the one form in which the server keeps it, however it
 * was sent: the file `report`, JSON `{error}`. What the client sent lies beside it as the file `event`.
 */
import { createHash } from 'node:crypto'
import { ServerError } from '../errors.ts'
import type { SubmittedFile } from './submission.ts'

export interface ScriptFrame {
  readonly function: string | null
  /** Address or path of the file. */
  readonly url: string | null
  readonly line: number | null
  readonly column: number | null
}

export interface ScriptError {
  /** `TypeError` */
  readonly type: string | null
  readonly message: string | null
  readonly handled: boolean | null
  /** The innermost first. */
  readonly frames: readonly ScriptFrame[]
  /** Of source maps, by the address of the script. */
  readonly debugIds?: Readonly<Record<string, string>>
  /** Where the client sent the stack as text. */
  readonly stackText: string | null
  readonly url: string | null
  readonly userAgent: string | null
  /** What led to it: other errors that it was caused by, the nearest first. */
  readonly causes: readonly { readonly type: string | null; readonly message: string | null; readonly frames: readonly ScriptFrame[] }[]
  readonly breadcrumbs: readonly { readonly type: string; readonly at: string | null; readonly body: unknown }[]
}

/** Frames beyond are of a runaway recursion; breadcrumbs are 100 in every client. */
const maxFrames = 500
const maxCauses = 10
const maxBreadcrumbs = 200
const maxText = 16 * 1024

export function scriptErrorFile(error: ScriptError): SubmittedFile {
  let text: string
  try {
    text = JSON.stringify({ error: bounded(error) })
  } catch (cause) {
    throw new ServerError('bad_event', { cause, detail: 'nested too deeply' })
  }
  return bytesFile('report', Buffer.from(text, 'utf8'), 'application/json')
}

export function bytesFile(name: string, bytes: Uint8Array, contentType: string): SubmittedFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name, contentType, size: bytes.length, sha256, content: { kind: 'bytes', bytes } }
}

function bounded(error: ScriptError): ScriptError {
  return {
    ...error,
    type: cut(error.type),
    message: cut(error.message),
    frames: error.frames.slice(0, maxFrames),
    debugIds: Object.fromEntries(Object.entries(error.debugIds ?? {}).slice(0, maxFrames)),
    stackText: error.stackText?.slice(0, 4 * maxText) ?? null,
    causes: error.causes
      .slice(0, maxCauses)
      .map((cause) => ({ ...cause, message: cut(cause.message), frames: cause.frames.slice(0, maxFrames) })),
    breadcrumbs: error.breadcrumbs.slice(-maxBreadcrumbs),
  }
}

function cut(text: string | null): string | null {
  return text?.slice(0, maxText) ?? null
}
