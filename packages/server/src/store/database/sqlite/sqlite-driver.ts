import type { SQLInputValue } from 'node:sqlite'
import { type CompiledQuery, type DatabaseConnection, type Driver, type QueryResult, SelectQueryNode } from 'kysely'
import { StoreError } from '../../errors.ts'
import type { SqliteQuestion, SqliteRows } from './sqlite-thread.ts'
import { SqliteThread } from './sqlite-thread.ts'
import { Turnstile } from './turnstile.ts'

export interface SqliteThreads {
  readonly path: string
  /** false: only reads, beside another driver that made the file. */
  readonly writes: boolean
  /** Threads for queries outside of transactions. The first ones are used first; a thread starts when it is needed. */
  readonly readers: number
  readonly readTimeLimitMs: number
}

/**
 * Kysely's driver over threads: one that writes and holds every transaction, and readers beside it, which WAL lets see the last commit while a
 * write runs. So no query delays a write, and a slow one delays another only when all readers are busy.
 */
export class SqliteDriver implements Driver {
  readonly #writes: boolean
  readonly #writer: SqliteThread
  readonly #readers: readonly SqliteThread[]
  readonly #writing: Turnstile<SqliteThread>
  readonly #reading: Turnstile<SqliteThread>

  constructor({ path, writes, readers, readTimeLimitMs }: SqliteThreads) {
    this.#writes = writes
    // The writer has no time limit: its statements are our own short ones, and a slow disk is no reason to forget a commit.
    this.#writer = new SqliteThread({ path, role: 'writer' }, undefined)
    this.#readers = Array.from({ length: readers }, () => new SqliteThread({ path, role: 'reader' }, readTimeLimitMs))
    this.#writing = new Turnstile([this.#writer])
    this.#reading = new Turnstile(this.#readers)
  }

  /** The writer comes first: it makes the file and its WAL, which a read-only connection cannot. */
  async init(): Promise<void> {
    if (this.#writes) await this.#writer.run({ sql: 'select 1', parameters: [] })
  }

  async acquireConnection(): Promise<SqliteConnection> {
    return new SqliteConnection(this.#writes ? this.#writing : this.#reading, this.#reading)
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await asOurs(connection).begin()
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await asOurs(connection).commit()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await asOurs(connection).rollback()
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    asOurs(connection).release()
  }

  async destroy(): Promise<void> {
    await this.#writing.borrow()
    for (const _ of this.#readers) await this.#reading.borrow()
    await Promise.all(this.#readers.map((reader) => reader.close()))
    // Last: closing the last connection moves the WAL into the database.
    await this.#writer.close()
  }
}

/** What Kysely calls a connection: a place in the queue of a thread, taken per statement or, in a transaction, from begin to its end. */
class SqliteConnection implements DatabaseConnection {
  readonly #writing: Turnstile<SqliteThread>
  readonly #reading: Turnstile<SqliteThread>
  #held: { readonly thread: SqliteThread; readonly generation: number } | undefined

  constructor(writing: Turnstile<SqliteThread>, reading: Turnstile<SqliteThread>) {
    this.#writing = writing
    this.#reading = reading
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const question = { sql: query.sql, parameters: query.parameters.map(asInput) }
    const { rows, changes } = await (this.#held === undefined ? this.#runAlone(question, query) : this.#runHeld(question))
    // The row type is Kysely's, made from the query that asked.
    return { rows: rows as R[], numAffectedRows: BigInt(changes) }
  }

  // biome-ignore lint/correctness/useYield: it has nothing to yield, it refuses
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new StoreError('database_error', 'Rows are not streamed: lists have pages')
  }

  async begin(): Promise<void> {
    const thread = await this.#writing.borrow()
    try {
      await thread.run({ sql: 'begin immediate', parameters: [] })
    } catch (error) {
      this.#writing.giveBack(thread)
      throw error
    }
    this.#held = { thread, generation: thread.generation }
  }

  async commit(): Promise<void> {
    await this.#runHeld({ sql: 'commit', parameters: [] })
    this.release()
  }

  /** A failed statement may have ended the transaction by itself, and a thread that was lost took it along: nothing is left to undo then. */
  async rollback(): Promise<void> {
    try {
      await this.#runHeld({ sql: 'rollback', parameters: [] })
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
    } finally {
      this.release()
    }
  }

  release(): void {
    if (this.#held === undefined) return
    const { thread } = this.#held
    this.#held = undefined
    this.#writing.giveBack(thread)
  }

  async #runHeld(question: SqliteQuestion): Promise<SqliteRows> {
    if (this.#held === undefined || this.#held.thread.generation !== this.#held.generation)
      throw new StoreError('database_error', 'The transaction is gone with the thread that held it')
    return this.#held.thread.run(question)
  }

  async #runAlone(question: SqliteQuestion, { query }: CompiledQuery): Promise<SqliteRows> {
    const turnstile = SelectQueryNode.is(query) ? this.#reading : this.#writing
    const thread = await turnstile.borrow()
    try {
      return await thread.run(question)
    } finally {
      turnstile.giveBack(thread)
    }
  }
}

function asOurs(connection: DatabaseConnection): SqliteConnection {
  if (connection instanceof SqliteConnection) return connection
  throw new StoreError('database_error', 'A connection of another driver')
}

function asInput(value: unknown): SQLInputValue {
  if (value === undefined) return null
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') return value
  if (value instanceof Uint8Array) return value
  throw new StoreError('database_error', `A ${typeof value} is no value for the database`)
}
