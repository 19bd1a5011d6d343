import { type Kysely, sql } from 'kysely'
import { maxDays, maxSessionReleases } from '../../limits.ts'
import type { Database } from '../open-database.ts'
import type { ReleaseSessions, ReportIndex, SessionRow } from '../report-index.ts'
import { inTransaction } from '../retry-transaction.ts'
import type { IndexSchema } from '../schema.ts'
import { storable } from '../text.ts'
import { pageSize } from './cursor.ts'
import { dayOf } from './seen-at.ts'

type Sessions = Pick<ReportIndex, 'countSessions' | 'sessions'>

export function sessionList({ db, scan }: Database<IndexSchema>, clock: () => number): Sessions {
  return {
    countSessions: (rows) =>
      inTransaction(db, async (trx) => {
        // In one order everywhere: two transactions that lock the same rows then wait instead of ending each other.
        for (const { projectId, day, release, ...counts } of inOrder(rows))
          await trx
            .insertInto('session_count')
            .values({ project_id: projectId, day, release: storable(release) ?? '', ...counts })
            .onConflict((conflict) =>
              conflict.columns(['project_id', 'day', 'release']).doUpdateSet({
                started: sql`session_count.started + excluded.started`,
                errored: sql`session_count.errored + excluded.errored`,
                crashed: sql`session_count.crashed + excluded.crashed`,
              }),
            )
            .execute()
      }),
    async sessions(projectId, days) {
      const firstDay = dayOf(clock()) - pageSize(days, maxDays) + 1
      const told = await db
        .selectFrom('session_count')
        .select([
          'release',
          sql<number>`sum(started)`.as('started'),
          sql<number>`sum(errored)`.as('errored'),
          sql<number>`sum(crashed)`.as('crashed'),
        ])
        .where('project_id', '=', projectId)
        .where('day', '>=', firstDay)
        .groupBy('release')
        .orderBy('started', 'desc')
        .orderBy('release')
        .limit(maxSessionReleases)
        .execute()
      if (told.length === 0) return []
      const died = await sessionsThatDied(scan, projectId, firstDay)
      return told.map(
        ({ release, started, errored, crashed }): ReleaseSessions => ({
          release: release === '' ? undefined : release,
          started,
          errored,
          // A crash that nobody announced as a session cannot make the rate negative.
          crashed: Math.min(started, crashed + (died.get(release) ?? 0)),
        }),
      )
    },
  }
}

/** Browsers cannot say that their session crashed; the reports of their deaths carry the session. */
async function sessionsThatDied(scan: Kysely<IndexSchema>, projectId: number, firstDay: number): Promise<Map<string, number>> {
  const rows = await scan
    .selectFrom('browser_death')
    .innerJoin('report', 'report.n', 'browser_death.report_n')
    .select([sql<string>`coalesce(report.version, '')`.as('release'), sql<number>`count(distinct browser_death.session)`.as('count')])
    .where('browser_death.project_id', '=', projectId)
    .where('browser_death.at', '>=', firstDay * 24 * 60 * 60 * 1000)
    .where('browser_death.session', '!=', '')
    .groupBy('report.version')
    .execute()
  return new Map(rows.map(({ release, count }) => [release, count]))
}

function inOrder(rows: readonly SessionRow[]): SessionRow[] {
  const key = ({ projectId, day, release }: SessionRow) => `${projectId} ${day} ${release}`
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
