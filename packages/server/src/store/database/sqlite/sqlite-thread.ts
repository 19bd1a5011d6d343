import { extname } from 'node:path'
import type { SQLInputValue } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
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

/**
 * One connection in its thread, started at first use. It runs one statement at a time: who calls `run` waits for the answer before the next.
 * A statement past its time limit fails, its thread is ended and the next statement gets a new one; `generation` tells a transaction that
 * the connection which began it is gone.
 */
export class SqliteThread {
  readonly #data: SqliteWorkerData
  readonly #timeLimitMs: number | undefined
  #worker: Promise<Worker> | undefined
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
    this.#worker ??= this.#start()
    const worker = await this.#worker
    const answer = await this.#ask(worker, question)
    if ('error' in answer) throw new StoreError('database_error', `SQLite: ${answer.error}`)
    return answer
  }

  /** Waits for the running statement of nobody: the driver closes its threads when they are idle. */
  async close(): Promise<void> {
    this.#closed = true
    const worker = await this.#worker?.catch(() => undefined)
    if (worker === undefined) return
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve())
      worker.postMessage('close')
    })
  }

  #start(): Promise<Worker> {
    this.#generation += 1
    // The same file from src and from dist.
    const worker = new Worker(new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url), { workerData: this.#data })
    const forget = () => {
      this.#worker = undefined
    }
    return new Promise((resolve, reject) => {
      const failed = (cause: unknown) => {
        forget()
        reject(new StoreError('database_error', `${this.#data.path} could not be opened: ${messageOf(cause)}`, { cause }))
      }
      worker.once('error', failed)
      worker.once('exit', forget)
      worker.once('message', () => {
        worker.off('error', failed)
        resolve(worker)
      })
    })
  }

  #ask(worker: Worker, question: SqliteQuestion): Promise<SqliteAnswer> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        worker.off('message', answered)
        worker.off('error', lost)
        worker.off('exit', lost)
      }
      const answered = (answer: SqliteAnswer): void => {
        settle()
        resolve(answer)
      }
      const lost = (cause: unknown): void => {
        settle()
        this.#worker = undefined
        reject(new StoreError('database_error', `The thread of ${this.#data.path} ended: ${messageOf(cause)}`, { cause }))
      }
      const timer =
        this.#timeLimitMs === undefined
          ? undefined
          : setTimeout(() => {
              settle()
              this.#worker = undefined
              worker.on('error', () => {})
              void worker.terminate()
              reject(new StoreError('query_timeout', `The query took longer than ${this.#timeLimitMs} ms; ask for less`))
            }, this.#timeLimitMs)
      worker.on('message', answered)
      worker.on('error', lost)
      worker.on('exit', lost)
      worker.postMessage(question)
    })
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
