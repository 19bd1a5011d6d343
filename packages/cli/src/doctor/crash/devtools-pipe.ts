import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

export type DevtoolsParameters = Readonly<Record<string, unknown>>
export interface DevtoolsEvent {
  readonly method: string
  readonly params: Record<string, unknown>
  readonly sessionId: string | undefined
}

/** The browser answers within milliseconds; a machine in trouble takes seconds. */
const answerTimeoutMs = 30_000
const maxLastWords = 2_000

/** A Chromium of its own, spoken to over the pipe of its DevTools protocol. It never outlives `close`. */
export class DevtoolsPipe {
  readonly #child: ChildProcess
  readonly #input: Writable
  readonly #waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>()
  readonly #listeners = new Set<(event: DevtoolsEvent) => void>()
  readonly #exited: Promise<void>
  #lastId = 0
  #lastWords = ''

  constructor(program: string, options: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(program, ['--remote-debugging-pipe', ...options], { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'], env })
    const [, , errors, input, output] = this.#child.stdio
    // Made as pipes by the line above.
    this.#input = input as Writable
    this.#input.on('error', () => undefined)
    ;(errors as Readable).on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-maxLastWords)
    })
    let rest = Buffer.alloc(0)
    ;(output as Readable).on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        this.#hear(rest.subarray(0, end).toString())
        rest = rest.subarray(end + 1)
      }
    })
    this.#exited = new Promise((resolve) => {
      const ended = (why: string) => {
        const [last = ''] = this.#lastWords.trim().split('\n').slice(-1)
        for (const { reject } of this.#waiting.values()) reject(new Error(`The browser ended: ${last === '' ? why : last}`))
        this.#waiting.clear()
        resolve()
      }
      this.#child
        .once('error', (error) => ended(error.message))
        .once('exit', (code, signal) => ended(String(signal ?? `exit status ${code}`)))
    })
  }

  listen(listener: (event: DevtoolsEvent) => void): void {
    this.#listeners.add(listener)
  }

  async send(method: string, params: DevtoolsParameters = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#lastId
    const answer = Promise.withResolvers<Record<string, unknown>>()
    this.#waiting.set(id, answer)
    this.#write({ id, method, params, sessionId })
    const late = setTimeout(() => answer.reject(new Error(`The browser did not answer ${method}.`)), answerTimeoutMs)
    try {
      return await answer.promise
    } finally {
      clearTimeout(late)
      this.#waiting.delete(id)
    }
  }

  /** For what is never answered. */
  tell(method: string, params: DevtoolsParameters, sessionId: string): void {
    this.#write({ id: ++this.#lastId, method, params, sessionId })
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  #write(message: object): void {
    this.#input.write(`${JSON.stringify(message)}\0`)
  }

  #hear(text: string): void {
    // The browser's own words, by the protocol that it was started with.
    const message = JSON.parse(text) as { id?: number; method?: string; params?: Record<string, unknown>; sessionId?: string } & {
      result?: Record<string, unknown>
      error?: { message: string }
    }
    if (message.method !== undefined) {
      const event = { method: message.method, params: message.params ?? {}, sessionId: message.sessionId }
      for (const listener of this.#listeners) listener(event)
      return
    }
    const waiting = this.#waiting.get(message.id ?? 0)
    if (message.error !== undefined) waiting?.reject(new Error(message.error.message))
    else waiting?.resolve(message.result ?? {})
  }
}
