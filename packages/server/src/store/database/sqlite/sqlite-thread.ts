import type { SQLInputValue } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { codeFile } from '../../../code-file.ts'
import { StoreError } from '../../errors.ts'

export interface SqliteWorkerData {
  readonly path: string
  readonly role: 'writer' | 'reader'
}
export interface SqliteQuestion {
  readonly sql: string
  readonly parameters: readonly SQLInputValue[]
}
export type SqliteAnswer = { readonly rows: Record<string, unknown>[]; readonly changes: number } | { readonly error: string }
export type SqliteRows = Extract<SqliteAnswer, { rows: unknown }>

/** What a thread may use for JavaScript: rows of one page at a time. SQLite's own memory is bounded by its page cache. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 }

/**
 * One connection in its thread, started at first use. It runs one statement at a time: who calls `run` waits for the answer before the next.
 * A statement past its time limit fails, its thread is ended and the next statement gets a new one; `generation` tells a transaction that
 * the connection which began it is gone.
 */
export class SqliteThread {
  readonly #data: SqliteWorkerData
  readonly #timeLimitMs: number | undefined
  #connection: Promise<Connection> | undefined
  readonly #ending = new Set<Promise<unknown>>()
  #generation = 0
  #closed = false

  constructor(data: SqliteWorkerData, timeLimitMs: number | undefined) {
    this.#data = data
    this.#timeLimitMs = timeLimitMs
  }

  get generation(): number {
    return this.#generation
  }

  async run(question: SqliteQuestion): Promise<SqliteRows> {
    if (this.#closed) throw new StoreError('database_error', 'The database was closed')
    this.#connection ??= this.#connect()
    const answer = await this.#ask(await this.#connection, question)
    if ('error' in answer) throw new StoreError('database_error', `SQLite: ${answer.error}`)
    return answer
  }

  /** Called when no statement runs; waits for threads that were ended in the middle of one. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#ending)
    const connection = await this.#connection?.catch(() => undefined)
    await connection?.close()
  }

  async #connect(): Promise<Connection> {
    this.#generation += 1
    const connection = new Connection(this.#data)
    try {
      await connection.opened
      return connection
    } catch (cause) {
      this.#connection = undefined
      throw new StoreError('database_error', `${this.#data.path} could not be opened: ${messageOf(cause)}`, { cause })
    }
  }

  async #ask(connection: Connection, question: SqliteQuestion): Promise<SqliteAnswer> {
    let late = false
    const limit = this.#timeLimitMs
    const timer =
      limit === undefined
        ? undefined
        : setTimeout(() => {
            late = true
            this.#end(connection)
          }, limit)
    try {
      return await connection.ask(question)
    } catch (cause) {
      this.#connection = undefined
      if (late) throw new StoreError('query_timeout', `The query took longer than ${limit} ms; ask for less`)
      throw new StoreError('database_error', `The thread of ${this.#data.path} ended: ${messageOf(cause)}`, { cause })
    } finally {
      clearTimeout(timer)
    }
  }

  #end(connection: Connection): void {
    const ended = connection.end().finally(() => this.#ending.delete(ended))
    this.#ending.add(ended)
  }
}

/** A worker and the one answer that is awaited of it: the first is that it has opened the file. */
class Connection {
  readonly opened: Promise<unknown>
  readonly #worker: Worker
  #awaited: { resolve(answer: SqliteAnswer): void; reject(cause: unknown): void } | undefined
  readonly #exited: Promise<void>

  constructor(workerData: SqliteWorkerData) {
    this.#worker = new Worker(codeFile('store/database/sqlite/sqlite-worker'), { workerData, resourceLimits })
    this.opened = this.#answer()
    this.#worker.on('message', (answer: SqliteAnswer) => this.#take()?.resolve(answer))
    this.#worker.on('error', (cause) => this.#take()?.reject(cause))
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (status) => {
        this.#take()?.reject(new Error(`exit status ${status}`))
        resolve()
      })
    })
  }

  ask(question: SqliteQuestion): Promise<SqliteAnswer> {
    const answer = this.#answer()
    this.#worker.postMessage(question)
    return answer
  }

  async close(): Promise<void> {
    this.#worker.postMessage('close')
    await this.#exited
  }

  /** The awaited answer fails at once; the promise waits until the statement has stopped. */
  async end(): Promise<void> {
    this.#take()?.reject(new Error('it was ended'))
    await this.#worker.terminate()
  }

  #answer(): Promise<SqliteAnswer> {
    return new Promise((resolve, reject) => {
      this.#awaited = { resolve, reject }
    })
  }

  #take() {
    const awaited = this.#awaited
    this.#awaited = undefined
    return awaited
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
