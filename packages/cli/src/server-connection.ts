import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { CommandError } from './errors.ts'
import { type Posted, postBytes } from './post-bytes.ts'

export interface ConnectionOptions {
  server?: string
  token?: string
  data?: string
}

const answerTimeoutMs = 60_000
/** A symbol file of a gigabyte over a slow line. */
const uploadTimeoutMs = 60 * 60_000

/** Adds the options by which a command finds its server. */
export function withConnection(command: Command): Command {
  return command
    .option('--server <url>', 'address of the server (or CRASHKEEP_SERVER; default http://127.0.0.1:8080)')
    .option('--token <secret>', "API token (or CRASHKEEP_TOKEN; default: the administrator's, from the data folder of this machine)")
    .option('--data <folder>', 'data folder in which admin-token lies', 'crashkeep-data')
}

/** The server answered, and not what was wished for. */
export class RefusedError extends CommandError {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'RefusedError'
    this.status = status
  }
}

/** Nobody answered, or the connection broke. */
export class NoAnswerError extends CommandError {
  constructor(url: string, why: string, cause: unknown) {
    super(`${url} did not answer: ${why}. Start it with "crashkeep serve", or say with --server where it is.`, { cause })
    this.name = 'NoAnswerError'
  }
}

/** One way to the API for all commands. */
export class ServerConnection {
  readonly url: string
  readonly #token: string

  constructor(options: ConnectionOptions) {
    this.url = (options.server ?? process.env.CRASHKEEP_SERVER ?? 'http://127.0.0.1:8080').replace(/\/+$/, '')
    if (!/^https?:\/\//.test(this.url) || !URL.canParse(this.url))
      throw new CommandError(`--server takes an address such as http://127.0.0.1:8080, not "${this.url}".`, { exitStatus: 2 })
    this.#token = options.token ?? process.env.CRASHKEEP_TOKEN ?? adminToken(options.data ?? 'crashkeep-data')
  }

  /** The parsed answer; undefined for an empty one. A refusal becomes a CommandError with the server's sentence. */
  async call<Answer>(
    method: string,
    path: string,
    body?: { readonly json: unknown } | { readonly bytes: Blob; readonly headers?: Record<string, string> },
  ): Promise<Answer> {
    const { status, text } = body !== undefined && 'bytes' in body ? await this.#upload(path, body) : await this.#ask(method, path, body)
    const answer: unknown = parse(text)
    if (status < 200 || status > 299) throw refusal(status, answer, text)
    // The shape is the server's own schema of this route, by which it serialised the answer.
    return answer as Answer
  }

  async #ask(method: string, path: string, body: { readonly json: unknown } | undefined): Promise<Posted> {
    const headers = { Authorization: `Bearer ${this.#token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) }
    const content = body === undefined ? {} : { body: JSON.stringify(body.json) }
    const response = await this.#fetch(path, { method, headers, ...content, signal: AbortSignal.timeout(answerTimeoutMs) })
    return { status: response.status, text: await response.text() }
  }

  async #upload(path: string, { bytes, headers }: { readonly bytes: Blob; readonly headers?: Record<string, string> }): Promise<Posted> {
    const all = { Authorization: `Bearer ${this.#token}`, 'Content-Type': 'application/octet-stream', ...headers }
    try {
      return await postBytes(`${this.url}/api/v1${path}`, { headers: all, bytes, signal: AbortSignal.timeout(uploadTimeoutMs) })
    } catch (error) {
      throw new NoAnswerError(this.url, error instanceof Error ? error.message : String(error), error)
    }
  }

  /** A file from the API, as it comes. */
  async download(path: string): Promise<AsyncIterable<Uint8Array>> {
    const headers = { Authorization: `Bearer ${this.#token}` }
    const response = await this.#fetch(path, { headers, signal: AbortSignal.timeout(uploadTimeoutMs) })
    if (response.ok && response.body !== null) return chunksOf(response.body)
    const text = await response.text()
    throw refusal(response.status, parse(text), text)
  }

  async #fetch(path: string, options: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.url}/api/v1${path}`, options)
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
      throw new NoAnswerError(this.url, cause, error)
    }
  }
}

interface ChunkReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

async function* chunksOf(body: { getReader(): ChunkReader }): AsyncIterable<Uint8Array> {
  const reader = body.getReader()
  try {
    for (let next = await reader.read(); !next.done && next.value !== undefined; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel()
  }
}

function refusal(status: number, answer: unknown, text: string): RefusedError {
  return new RefusedError(status, `The server refused with status ${status}: ${sentenceOf(answer) ?? text.slice(0, 200)}`)
}

function adminToken(folder: string): string {
  const path = join(folder, 'admin-token')
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new CommandError(`No token: give --token or CRASHKEEP_TOKEN, or run this where ${path} lies.`, { exitStatus: 2, cause: error })
  }
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    // A proxy's error page: the caller shows its beginning.
    return undefined
  }
}

function sentenceOf(answer: unknown): string | undefined {
  return typeof answer === 'object' && answer !== null && 'message' in answer ? String(answer.message) : undefined
}
