import { PostgresDialect } from 'kysely'
import { Pool } from 'pg'

export interface PostgresConnections {
  readonly url: string
  /** PostgreSQL schema of the tables: ledger and index live apart in one database. */
  readonly schema: string
  readonly connections: number
  /** 0: none. */
  readonly statementTimeLimitMs: number
}

/** How long to wait for a new connection before a query fails. */
const connectTimeLimitMs = 10_000

/** Type numbers of `bigint` and `numeric` (what sums are); our numbers all fit in a JavaScript number. */
const numericTypes = new Set([20, 1700])

export function postgresDialect({ url, schema, connections, statementTimeLimitMs }: PostgresConnections): PostgresDialect {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectTimeLimitMs,
    options: `-c search_path=${schema} -c statement_timeout=${statementTimeLimitMs}`,
    application_name: 'crashkeep',
    types: { getTypeParser: (type: number) => (numericTypes.has(type) ? Number : (value: string) => parsePlain(type, value)) },
  })
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  return new PostgresDialect({ pool })
}

/** `integer` and `smallint`; everything else that we select is text. */
function parsePlain(type: number, value: string): string | number {
  return type === 23 || type === 21 ? Number(value) : value
}
