import { type ExpressionBuilder, type ExpressionWrapper, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { DatabaseKind } from '../open-database.ts'
import type { IndexSchema } from '../schema.ts'
import { storable } from '../text.ts'
import { groupScope } from './counts.ts'
import type { SearchTerm } from './search-query.ts'

type Condition<Table extends keyof IndexSchema> = (
  eb: ExpressionBuilder<IndexSchema, Table>,
) => ExpressionWrapper<IndexSchema, Table, SqlBool>

/** Columns where a part of the text is enough. */
const partColumns = {
  reason: 'report.reason',
  process: 'report.process_type',
  platform: 'report.platform',
  product: 'report.product',
  signature: 'report.signature',
  browser: 'report.browser',
} as const
/** Columns that must be the whole text. */
const wholeColumns = {
  kind: 'report.kind',
  state: 'report.state',
  dialect: 'report.dialect',
  installation: 'report.installation',
  route: 'report.route',
  visibility: 'report.visibility',
  frame: 'report.frame',
} as const

/** The condition of one term on a report's row. */
export function reportCondition(term: SearchTerm, kind: DatabaseKind): Condition<'report'> {
  const { field } = term
  const value = storable(term.value) ?? ''
  return (eb) => {
    const found = (): ExpressionWrapper<IndexSchema, 'report', SqlBool> => {
      if (field === 'words')
        return eb.or([
          contains(kind, 'report.signature', value),
          contains(kind, 'report.reason', value),
          contains(kind, 'report.product', value),
          eb('report.id', '=', value.toLowerCase()),
        ])
      if (field === 'version') return eb.or([eb('report.version', '=', value), startsWith('report.version', value)])
      if (field === 'module')
        return eb(
          'report.n',
          'in',
          eb
            .selectFrom('report_module')
            .innerJoin('module', 'module.n', 'report_module.module_n')
            .select('report_module.report_n')
            .where((inner) => inner.or([contains(kind, 'module.debug_file', value), contains(kind, 'module.code_file', value)])),
        )
      if (field in wholeColumns) return eb(wholeColumns[field as keyof typeof wholeColumns], '=', value)
      return eb.or([contains(kind, partColumns[field as keyof typeof partColumns], value)])
    }
    return term.negated ? not(eb, found()) : found()
  }
}

/** Groups know signature, reason, kind and state themselves, what is counted for them as facets, and the rest through their reports. */
export function groupCondition(term: SearchTerm, kind: DatabaseKind): Condition<'crash_group'> {
  const { field } = term
  const value = storable(term.value) ?? ''
  return (eb) => {
    const ofFacet = (name: string, condition: (column: string) => RawBuilder<SqlBool>) =>
      eb.exists(
        eb
          .selectFrom('facet_count')
          .select('facet_count.value')
          .where('facet_count.scope', '=', sql<string>`${sql.lit(groupScope(''))} || crash_group.id`)
          .where('facet_count.field', '=', name)
          .where(condition('facet_count.value')),
      )
    const found = (): ExpressionWrapper<IndexSchema, 'crash_group', SqlBool> => {
      if (field === 'words') return eb.or([contains(kind, 'crash_group.signature', value), contains(kind, 'crash_group.reason', value)])
      if (field === 'signature') return eb.or([contains(kind, 'crash_group.signature', value)])
      if (field === 'kind') return eb('crash_group.kind', '=', value)
      if (field === 'state') return eb('crash_group.state', '=', value)
      if (field === 'version')
        return eb.or([ofFacet('version', (column) => sql`(${sql.ref(column)} = ${value} or ${startsWith(column, value)})`)])
      if (field === 'process') return eb.or([ofFacet('processType', (column) => contains(kind, column, value))])
      if (field === 'route' || field === 'visibility' || field === 'frame')
        return eb.or([ofFacet(field, (column) => sql`${sql.ref(column)} = ${value}`)])
      if (field === 'platform' || field === 'product' || field === 'reason' || field === 'browser')
        return eb.or([ofFacet(field, (column) => contains(kind, column, value))])
      return eb(
        'crash_group.id',
        'in',
        eb
          .selectFrom('report')
          .select('report.group_id')
          .where('report.group_id', 'is not', null)
          .where(reportCondition({ ...term, negated: false }, kind))
          .$castTo<{ group_id: string }>(),
      )
    }
    return term.negated ? not(eb, found()) : found()
  }
}

/**
 * On SQLite true, but it lets a thread that is to end stop in the middle of its scan (see sqlite-worker.ts): asked for one row in 4096 it
 * costs nothing. PostgreSQL stops by itself.
 */
export function stoppable(kind: DatabaseKind): RawBuilder<SqlBool> {
  return kind === 'sqlite' ? sql<SqlBool>`((report.n & 4095) <> 0 or still_wanted())` : sql<SqlBool>`true`
}

/** A part of the text, in any case of its letters. An absent text contains nothing, so that "not" finds it. */
function contains(kind: DatabaseKind, column: string, value: string): RawBuilder<SqlBool> {
  const pattern = `%${escapeLike(value)}%`
  return kind === 'sqlite'
    ? sql<SqlBool>`coalesce(${sql.ref(column)} like ${pattern} escape '\\', 0)`
    : sql<SqlBool>`coalesce(${sql.ref(column)} ilike ${pattern} escape '\\', false)`
}

/** `1.2` finds 1.2.3 and 1.2-beta, not 1.20. */
function startsWith(column: string, value: string): RawBuilder<SqlBool> {
  const starts = ['.', '-', '+', ' '].map((next) => sql<SqlBool>`${sql.ref(column)} like ${`${escapeLike(value)}${next}%`} escape '\\'`)
  return sql<SqlBool>`(${sql.join(starts, sql` or `)})`
}

export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&')
}

function not<Table extends keyof IndexSchema>(
  eb: ExpressionBuilder<IndexSchema, Table>,
  found: ExpressionWrapper<IndexSchema, Table, SqlBool>,
): ExpressionWrapper<IndexSchema, Table, SqlBool> {
  // `null = 'x'` is neither true nor false; a report without a version is one that has not version x.
  return eb.not(sql<SqlBool>`coalesce(${found}, ${eb.lit(false)})`)
}
