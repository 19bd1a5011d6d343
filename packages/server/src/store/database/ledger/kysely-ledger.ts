import type { Kysely } from 'kysely'
import type { Ledger } from '../ledger.ts'
import type { DatabaseKind } from '../open-database.ts'
import type { LedgerSchema } from '../schema.ts'
import { ledgerGroups } from './groups.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { ledgerProjects } from './projects.ts'
import { ledgerTokens } from './tokens.ts'

export function kyselyLedger(db: Kysely<LedgerSchema>, kind: DatabaseKind, clock: () => number): Ledger {
  return {
    ...ledgerProjects(db, clock),
    ...ledgerTokens(db, clock),
    ...ledgerGroups(db, clock),
    oneAtATime: oneAtATime(db, kind),
    async addTombstone(reportId) {
      await db
        .insertInto('tombstone')
        .values({ report_id: reportId, at: clock() })
        .onConflict((conflict) => conflict.column('report_id').doNothing())
        .execute()
    },
    async isErased(reportId) {
      return (await db.selectFrom('tombstone').select('at').where('report_id', '=', reportId).executeTakeFirst()) !== undefined
    },
    async audit({ actor, action, target }) {
      await db.insertInto('audit').values({ at: clock(), actor, action, target }).execute()
    },
    async audits(limit) {
      const rows = await db.selectFrom('audit').select(['at', 'actor', 'action', 'target']).orderBy('id', 'desc').limit(limit).execute()
      return rows
    },
  }
}
