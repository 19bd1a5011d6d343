import { type Kysely, sql } from 'kysely'
import { maxDailyVersions, maxDays, maxFacetValues } from '../../limits.ts'
import type { Database } from '../open-database.ts'
import type { DailyRow, ReportIndex } from '../report-index.ts'
import type { IndexSchema } from '../schema.ts'
import { type FacetField, facetColumns, facetFields, groupScope, pageFields, projectScope } from './counts.ts'
import { pageSize } from './cursor.ts'
import { reportCondition, stoppable } from './search-conditions.ts'
import { parseSearch, type SearchTerm } from './search-query.ts'
import { dayName, dayOf } from './seen-at.ts'

type Statistics = Pick<ReportIndex, 'facets' | 'daily' | 'countReports' | 'countReceived'>
type FacetValue = { value: string | null; count: number }

export function statistics(database: Database<IndexSchema>, clock: () => number): Statistics {
  const { db } = database
  return {
    async facets({ projectId, groupId, query }) {
      const terms = parseSearch(query ?? '')
      if (terms.length > 0) return searchedFacets(database, projectId, groupId, terms)
      const scope = groupId === undefined ? projectScope(projectId) : groupScope(groupId)
      return Promise.all(facetFields.map(async (field) => ({ field, values: await countedFacet(db, scope, field) })))
    },
    async daily(projectId, days) {
      const scope = projectScope(projectId)
      const firstDay = dayOf(clock()) - pageSize(days, maxDays) + 1
      const rows = await db
        .selectFrom('day_count')
        .select(['version', sql<number>`sum(count)`.as('count')])
        .where('scope', '=', scope)
        .where('day', '>=', firstDay)
        .where('version', '!=', '')
        .groupBy('version')
        .orderBy('count', 'desc')
        .orderBy('version')
        .limit(maxDailyVersions)
        .execute()
      return dailyRows(
        db,
        scope,
        firstDay,
        rows.map(({ version }) => version),
      )
    },
    async countReports(projectId) {
      const row = await db
        .selectFrom('day_count')
        .select(sql<number>`coalesce(sum(count), 0)`.as('count'))
        .where('scope', '=', projectScope(projectId))
        .executeTakeFirstOrThrow()
      return row.count
    },
    async countReceived(projectId, fromMs, toMs) {
      const row = await db
        .selectFrom('report')
        .select(sql<number>`count(*)`.as('count'))
        .where('project_id', '=', projectId)
        // Ids begin with the time of the arrival.
        .where('id', '>=', idTime(fromMs))
        .where('id', '<', idTime(toMs))
        .executeTakeFirstOrThrow()
      return row.count
    },
  }
}

function idTime(ms: number): string {
  return Math.trunc(ms).toString(16).padStart(12, '0')
}

async function countedFacet(db: Kysely<IndexSchema>, scope: string, field: FacetField): Promise<FacetValue[]> {
  const rows = await db
    .selectFrom('facet_count')
    .select(['value', 'count'])
    .where('scope', '=', scope)
    .where('field', '=', field)
    .orderBy('count', 'desc')
    .orderBy('value')
    .limit(maxFacetValues)
    .execute()
  return rows.map(({ value, count }) => ({ value: value === '' ? null : value, count }))
}

/** What a search finds was counted by nobody: one walk over the rows, then a count per field of what it kept. */
async function searchedFacets(
  { scan, kind }: Database<IndexSchema>,
  projectId: number,
  groupId: string | undefined,
  terms: readonly SearchTerm[],
): Promise<{ field: string; values: FacetValue[] }[]> {
  const fields = await searchableFields(scan, projectId)
  let hits = scan
    .selectFrom('report')
    .select(fields.map((field) => facetColumns[field]))
    .where(stoppable(kind))
    .where('project_id', '=', projectId)
  if (groupId !== undefined) hits = hits.where('group_id', '=', groupId)
  for (const term of terms) hits = hits.where(reportCondition(term, kind))
  const counted = fields.map(
    (field) => sql`
      select * from (
        select ${field} as field, ${sql.ref(facetColumns[field])} as value, count(*) as count
        from hit group by 2 order by count(*) desc, 2 limit ${maxFacetValues}
      ) as counted_${sql.raw(field.toLowerCase())}`,
  )
  const { rows } = await sql<{ field: string; value: string | null; count: number }>`
    with hit as materialized ${hits} ${sql.join(counted, sql` union all `)}`.execute(scan)
  return facetFields.map((field) => ({
    field,
    values: rows.filter((row) => row.field === field).map(({ value, count }) => ({ value, count })),
  }))
}

/** Projects without browsers do not pay for what only browsers tell. */
async function searchableFields(db: Kysely<IndexSchema>, projectId: number): Promise<readonly FacetField[]> {
  const told = await db
    .selectFrom('facet_count')
    .select('field')
    .where('scope', '=', projectScope(projectId))
    .where('field', 'in', [...pageFields])
    .limit(1)
    .execute()
  return told.length > 0 ? facetFields : facetFields.filter((field) => !pageFields.has(field))
}

async function dailyRows(db: Kysely<IndexSchema>, scope: string, firstDay: number, versions: readonly string[]): Promise<DailyRow[]> {
  const named = sql<string>`case when version in (${sql.join(['', ...versions])}) then version else '' end`
  const rows = await db
    .selectFrom('day_count')
    .select(['day', named.as('named'), sql<number>`sum(count)`.as('count')])
    .where('scope', '=', scope)
    .where('day', '>=', firstDay)
    .groupBy(['day', sql`2`])
    .orderBy('day')
    .orderBy(sql`2`)
    .execute()
  const firsts =
    versions.length === 0
      ? []
      : await db
          .selectFrom('day_count')
          .select(['version', sql<number>`min(day)`.as('day')])
          .where('scope', '=', scope)
          .where('version', 'in', versions)
          .groupBy('version')
          .execute()
  const firstDays = new Map(firsts.map(({ version, day }) => [version, dayName(day)]))
  return rows.map(({ day, named: version, count }) => ({
    day: dayName(day),
    version: version === '' ? null : version,
    count,
    firstDay: firstDays.get(version) ?? null,
  }))
}
