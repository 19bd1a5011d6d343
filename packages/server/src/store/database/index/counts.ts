/**
 * What lists and charts show is counted when reports change, in the same transaction, and not when somebody looks: a page over a million
 * reports reads a few rows. A report counts for its project and, once it is in a group, for that.
 */
import { type Insertable, sql, type Transaction } from 'kysely'
import type { IndexSchema, ReportTable } from '../schema.ts'
import { dayOf } from './seen-at.ts'

/** Names of facets, as pages and API know them, with their columns. */
export const facetColumns = {
  version: 'version',
  platform: 'platform',
  processType: 'process_type',
  reason: 'reason',
  product: 'product',
  route: 'route',
  browser: 'browser',
  visibility: 'visibility',
  frame: 'frame',
} as const
export type FacetField = keyof typeof facetColumns
export const facetFields = Object.keys(facetColumns) as FacetField[]
/** Only browsers tell these: they are counted where they are known, so that other reports cost nothing for them. */
export const pageFields: ReadonlySet<FacetField> = new Set<FacetField>(['route', 'browser', 'visibility', 'frame'])

export type CountedReport = Pick<
  Insertable<ReportTable>,
  | 'project_id'
  | 'group_id'
  | 'seen_at'
  | 'version'
  | 'platform'
  | 'process_type'
  | 'reason'
  | 'product'
  | 'route'
  | 'browser'
  | 'visibility'
  | 'frame'
>

export const projectScope = (projectId: number): string => `p:${projectId}`
export const groupScope = (groupId: string): string => `g:${groupId}`

interface Change {
  readonly scope: string
  readonly field: FacetField | 'day'
  readonly day: number
  readonly value: string
  delta: number
}

/** Changes of many reports, added up before they are written. */
export class CountChanges {
  readonly #changes = new Map<string, Change>()

  add(report: CountedReport): void {
    this.#change(report, 1)
  }

  remove(report: CountedReport): void {
    this.#change(report, -1)
  }

  async write(trx: Transaction<IndexSchema>): Promise<void> {
    // In one order everywhere: two transactions that lock the same rows then wait instead of ending each other.
    const changes = [...this.#changes.entries()].filter(([, { delta }]) => delta !== 0).sort(([a], [b]) => (a < b ? -1 : 1))
    const days = changes.map(([, change]) => change).filter(({ field }) => field === 'day')
    const facets = changes.map(([, change]) => change).filter(({ field }) => field !== 'day')
    if (days.length > 0)
      await trx
        .insertInto('day_count')
        .values(days.map(({ scope, day, value, delta }) => ({ scope, day, version: value, count: delta })))
        .onConflict((conflict) =>
          conflict.columns(['scope', 'day', 'version']).doUpdateSet({ count: sql`day_count.count + excluded.count` }),
        )
        .execute()
    if (facets.length > 0)
      await trx
        .insertInto('facet_count')
        .values(facets.map(({ scope, field, value, delta }) => ({ scope, field, value, count: delta })))
        .onConflict((conflict) =>
          conflict.columns(['scope', 'field', 'value']).doUpdateSet({ count: sql`facet_count.count + excluded.count` }),
        )
        .execute()
    for (const { scope, field, day, value, delta } of [...days, ...facets]) {
      if (delta > 0) continue
      if (field === 'day')
        await trx
          .deleteFrom('day_count')
          .where('scope', '=', scope)
          .where('day', '=', day)
          .where('version', '=', value)
          .where('count', '<=', 0)
          .execute()
      else
        await trx
          .deleteFrom('facet_count')
          .where('scope', '=', scope)
          .where('field', '=', field)
          .where('value', '=', value)
          .where('count', '<=', 0)
          .execute()
    }
  }

  #change(report: CountedReport, delta: number): void {
    const day = dayOf(report.seen_at)
    const group = report.group_id
    for (const scope of [projectScope(report.project_id), ...(typeof group === 'string' ? [groupScope(group)] : [])]) {
      this.#bump({ scope, field: 'day', day, value: report.version ?? '', delta })
      for (const field of facetFields) {
        const value = report[facetColumns[field]] ?? ''
        if (value !== '' || !pageFields.has(field)) this.#bump({ scope, field, day: 0, value, delta })
      }
    }
  }

  #bump(change: Change): void {
    const key = [change.scope, change.field, change.day, change.value].join('\n')
    const known = this.#changes.get(key)
    if (known === undefined) this.#changes.set(key, change)
    else known.delta += change.delta
  }
}
