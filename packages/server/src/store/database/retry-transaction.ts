import type { Kysely, Transaction } from 'kysely'

/** PostgreSQL ends one of two transactions that wait for each other; the one it ended simply runs again. */
const conflictCodes = new Set(['40001', '40P01'])
const maxAttempts = 5

export async function inTransaction<Schema, T>(db: Kysely<Schema>, work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      if (attempt === maxAttempts || !isConflict(error)) throw error
    }
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && conflictCodes.has(error.code)
}
