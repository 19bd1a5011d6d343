import { type Kysely, type Selectable, sql } from 'kysely'
import { groupDays, maxPageSize } from '../../limits.ts'
import type { Database } from '../open-database.ts'
import type { GroupQuery, GroupRow, ReportIndex } from '../report-index.ts'
import type { CrashGroupTable, IndexSchema } from '../schema.ts'
import { groupScope } from './counts.ts'
import { pageSize, readCursor, writeCursor } from './cursor.ts'
import { groupCondition } from './search-conditions.ts'
import { parseSearch } from './search-query.ts'
import { dayOf } from './seen-at.ts'

type GroupList = Pick<ReportIndex, 'groups' | 'groupRow' | 'setGroupState'>

const sortColumns = {
  count: 'count',
  lastSeen: 'last_seen',
  firstSeen: 'first_seen',
  installations: 'installations',
} as const satisfies Record<GroupQuery['sort'], keyof CrashGroupTable>

export function groupList({ db, scan, kind }: Database<IndexSchema>, clock: () => number): GroupList {
  return {
    async groups(query) {
      const terms = parseSearch(query.query ?? '')
      const limit = pageSize(query.limit, maxPageSize)
      const column = sortColumns[query.sort]
      let rows = (terms.length === 0 ? db : scan).selectFrom('crash_group').selectAll().where('project_id', '=', query.projectId)
      if (query.state !== undefined) rows = rows.where('state', '=', query.state)
      for (const term of terms) rows = rows.where(groupCondition(term, kind))
      if (query.cursor !== undefined) {
        const { numbers, id } = readCursor(query.cursor, 1)
        const [value = 0] = numbers
        rows = rows.where((eb) => eb.or([eb(column, '<', value), eb.and([eb(column, '=', value), eb('id', '<', id)])]))
      }
      const found = await rows
        .orderBy(column, 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const next = found.length > limit && last !== undefined ? writeCursor([last[column]], last.id) : undefined
      return { items: await withDays(db, page, clock()), next }
    },
    async groupRow(groupId) {
      const row = await db.selectFrom('crash_group').selectAll().where('id', '=', groupId).executeTakeFirst()
      return row && (await withDays(db, [row], clock()))[0]
    },
    async setGroupState(groupId, state) {
      await db.updateTable('crash_group').set({ state }).where('id', '=', groupId).execute()
    },
  }
}

async function withDays(db: Kysely<IndexSchema>, groups: readonly Selectable<CrashGroupTable>[], now: number): Promise<GroupRow[]> {
  if (groups.length === 0) return []
  const firstDay = dayOf(now) - groupDays + 1
  const counts = await db
    .selectFrom('day_count')
    .select(['scope', 'day', sql<number>`sum(count)`.as('count')])
    .where(
      'scope',
      'in',
      groups.map(({ id }) => groupScope(id)),
    )
    .where('day', '>=', firstDay)
    .where('day', '<', firstDay + groupDays)
    .groupBy(['scope', 'day'])
    .execute()
  return groups.map((group) => {
    const days = new Array<number>(groupDays).fill(0)
    for (const { scope, day, count } of counts) if (scope === groupScope(group.id)) days[day - firstDay] = count
    return groupRow(group, days)
  })
}

function groupRow(row: Selectable<CrashGroupTable>, days: readonly number[]): GroupRow {
  return {
    id: row.id,
    projectId: row.project_id,
    signature: row.signature,
    kind: row.kind,
    reason: row.reason ?? undefined,
    state: row.state,
    count: row.count,
    installations: row.installations,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    firstVersion: row.first_version ?? undefined,
    lastVersion: row.last_version ?? undefined,
    bestReportId: row.best_report_id ?? undefined,
    days,
  }
}
