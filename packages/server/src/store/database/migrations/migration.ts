import type { CreateTableBuilder, Kysely } from 'kysely'
import type { DatabaseKind } from '../open-database.ts'

/** One numbered step of a database's shape; never changed after a release, only followed by another. Written once for both databases. */
export interface Migration {
  readonly name: string
  up(db: Kysely<unknown>, kind: DatabaseKind): Promise<void>
}

/** A primary key that the database counts up itself; a number of a removed row is not given out again. */
export function numberColumn<T extends string, C extends string>(table: CreateTableBuilder<T, C>, kind: DatabaseKind, name: C) {
  return kind === 'sqlite'
    ? table.addColumn(name, 'integer', (c) => c.primaryKey().autoIncrement())
    : table.addColumn(name, 'bigserial', (c) => c.primaryKey())
}
