/**
 * The thread that holds one connection to an SQLite file: takes one statement at a time, answers its rows. `node:sqlite` is synchronous,
 * so everything that waits for the disk waits here.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { maxCachedStatements, sqliteBusyTimeoutMs } from '../../limits.ts'
import type { SqliteAnswer, SqliteQuestion, SqliteWorkerData } from './sqlite-thread.ts'

/** Page caches in KiB: the writer's holds the indexes' hot pages; readers lean on the system's cache, the server has 300 MB in all. */
const writerCacheKib = 16_000
const readerCacheKib = 8_000
/** A WAL that a long reader let grow is cut back to this. */
const maxIdleWalBytes = 64 * 1024 * 1024

function openDatabase({ path, role }: SqliteWorkerData): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: role === 'reader', timeout: sqliteBusyTimeoutMs })
  if (role === 'writer') {
    database.exec('pragma journal_mode = wal')
    // FULL: a commit is on the disk when it returns, since a segment of the spool is deleted on its word.
    database.exec('pragma synchronous = full')
    database.exec('pragma foreign_keys = on')
    database.exec(`pragma journal_size_limit = ${maxIdleWalBytes}`)
  }
  database.exec(`pragma cache_size = -${role === 'writer' ? writerCacheKib : readerCacheKib}`)
  // Terminating a thread ends JavaScript but not a running statement; a scan calls this now and then and so can be stopped.
  database.function('still_wanted', { deterministic: false }, () => 1)
  return database
}

function plain(row: Record<string, unknown>): Record<string, unknown> {
  for (const name in row) {
    const value = row[name]
    if (typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) row[name] = Number(value)
  }
  return row
}

function statementCache(database: DatabaseSync): (sql: string) => StatementSync {
  const statements = new Map<string, StatementSync>()
  return (sql) => {
    let statement = statements.get(sql)
    if (statement === undefined) {
      statement = database.prepare(sql)
      statement.setReadBigInts(true)
      const [oldest] = statements.size < maxCachedStatements ? [] : statements.keys()
      if (oldest !== undefined) statements.delete(oldest)
    } else statements.delete(sql)
    statements.set(sql, statement)
    return statement
  }
}

function answer(statement: StatementSync, parameters: readonly SQLInputValue[]): SqliteAnswer {
  if (statement.columns().length > 0) return { rows: statement.all(...parameters).map(plain), changes: 0 }
  return { rows: [], changes: Number(statement.run(...parameters).changes) }
}

function main(port: NonNullable<typeof parentPort>, data: SqliteWorkerData): void {
  const database = openDatabase(data)
  const prepare = statementCache(database)
  port.on('message', (question: SqliteQuestion | 'close') => {
    if (question === 'close') {
      database.close()
      port.close()
      return
    }
    try {
      port.postMessage(answer(prepare(question.sql), question.parameters))
    } catch (error) {
      port.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies SqliteAnswer)
    }
  })
  port.postMessage('open')
}

if (parentPort !== null) main(parentPort, workerData)
