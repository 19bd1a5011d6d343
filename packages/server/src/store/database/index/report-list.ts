import { type Kysely, sql } from 'kysely'
import { maxPageSize, maxPrefixMatches } from '../../limits.ts'
import type { Database } from '../open-database.ts'
import type { ReportIndex, ReportQuery } from '../report-index.ts'
import type { IndexSchema } from '../schema.ts'
import { storable } from '../text.ts'
import { pageSize, readCursor } from './cursor.ts'
import { reportRows } from './row.ts'
import { reportCondition, stoppable } from './search-conditions.ts'
import { parseSearch, type SearchTerm } from './search-query.ts'

type ReportList = Pick<ReportIndex, 'find' | 'reports' | 'neighbours'>

/** Old clients keep only so many digits of the id they were given. */
const minPrefixLength = 16
/** Of a whole id: it is a prefix of nothing else. */
const idLength = 36

export function reportList({ db, scan, kind }: Database<IndexSchema>): ReportList {
  return {
    async find(idOrAlias) {
      const wanted = storable(idOrAlias)
      if (wanted === undefined) return []
      const exact = await db
        .selectFrom('report')
        .selectAll()
        .where((eb) =>
          eb.or([eb('id', '=', wanted), eb('n', '=', eb.selectFrom('report_alias').select('report_n').where('alias', '=', wanted))]),
        )
        .execute()
      const isPrefix = wanted.length >= minPrefixLength && wanted.length < idLength && /^[0-9a-f]+$/.test(wanted)
      if (exact.length > 0 || !isPrefix) return reportRows(db, exact)
      return reportRows(db, await withPrefix(db, wanted))
    },

    async reports(query) {
      const terms = parseSearch(query.query ?? '')
      const limit = pageSize(query.limit, maxPageSize)
      const way = terms.length === 0 ? db : scan
      const rows = await matching(way, query, terms)
        .selectAll('report')
        .$if(query.cursor !== undefined, (page) => page.where('report.id', '<', readCursor(query.cursor ?? '', 0).id))
        .$if(terms.length > 0, (page) => page.where(stoppable(kind)))
        .orderBy('report.id', 'desc')
        .limit(limit + 1)
        .execute()
      const items = await reportRows(db, rows.slice(0, limit))
      return { items, next: rows.length > limit ? items.at(-1)?.id : undefined }
    },

    async neighbours(id) {
      const row = await db.selectFrom('report').select(['group_id']).where('id', '=', id).executeTakeFirst()
      const groupId = row?.group_id ?? undefined
      if (groupId === undefined) return { previousId: undefined, nextId: undefined }
      const inGroup = db.selectFrom('report').select('id').where('group_id', '=', groupId).limit(1)
      const previous = await inGroup.where('id', '<', id).orderBy('id', 'desc').executeTakeFirst()
      const next = await inGroup.where('id', '>', id).orderBy('id').executeTakeFirst()
      return { previousId: previous?.id, nextId: next?.id }
    },
  }

  function matching(way: Kysely<IndexSchema>, query: Pick<ReportQuery, 'projectId' | 'groupId'>, terms: readonly SearchTerm[]) {
    const { projectId, groupId } = query
    let rows = way.selectFrom('report')
    if (groupId !== undefined) rows = rows.where('report.group_id', '=', groupId)
    // The plus keeps SQLite, which does not know how small a group is, from walking through the whole project.
    if (projectId !== undefined)
      rows =
        groupId === undefined
          ? rows.where('report.project_id', '=', projectId)
          : rows.where(sql<number>`+report.project_id`, '=', projectId)
    for (const term of terms) rows = rows.where(reportCondition(term, kind))
    return rows
  }
}

async function withPrefix(db: Kysely<IndexSchema>, prefix: string) {
  return db
    .selectFrom('report')
    .selectAll()
    .where('id', '>=', prefix)
    .where('id', '<', `${prefix}g`)
    .orderBy('id')
    .limit(maxPrefixMatches)
    .execute()
}
