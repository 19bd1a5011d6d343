import { type AbortableOperationOptions, type DatabaseConnection, type Driver, PostgresDialect, PostgresDriver } from 'kysely'
import { Pool } from 'pg'
import { StoreError } from '../errors.ts'

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

/** What PostgreSQL calls a statement that reached `statement_timeout`. */
const timeoutCode = '57014'

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
  // The same for one that breaks while somebody has it: the query under way fails by itself, a client between two queries would throw.
  pool.on('connect', (client) => client.on('error', () => {}))
  return new ExplainingDialect({ pool })
}

/** `integer` and `smallint`; everything else that we select is text. */
function parsePlain(type: number, value: string): string | number {
  return type === 23 || type === 21 ? Number(value) : value
}

class ExplainingDialect extends PostgresDialect {
  readonly #pool: Pool

  constructor(config: { readonly pool: Pool }) {
    super(config)
    this.#pool = config.pool
  }

  override createDriver(): Driver {
    return new ExplainingDriver({ pool: this.#pool })
  }
}

/** Says the store's word for what SQLite's driver says so too: a query that took too long, a database that is away. */
class ExplainingDriver extends PostgresDriver {
  readonly #explained = new WeakSet<DatabaseConnection>()

  override async acquireConnection(options?: AbortableOperationOptions): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection(options).catch((cause: unknown) => {
      throw new StoreError('database_error', `PostgreSQL does not answer: ${messageOf(cause)}`, { cause })
    })
    if (!this.#explained.has(connection)) explain(connection)
    this.#explained.add(connection)
    return connection
  }
}

/** Kysely keeps one connection object per client and hands it out again, so its method is replaced once. */
function explain(connection: DatabaseConnection): void {
  const execute = connection.executeQuery.bind(connection)
  connection.executeQuery = async (query, options) => {
    try {
      return await execute(query, options)
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === timeoutCode)
        throw new StoreError('query_timeout', 'The query took longer than the server lets it; ask for less', { cause })
      throw cause
    }
  }
}

/** Several addresses of one name that all refuse are one error without words. */
function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}
