import { type Kysely, type OperationNode, sql } from 'kysely'
import { maxPageSize, maxReportsLacking } from '../../limits.ts'
import { moduleIdentity, scriptReleaseId } from '../module-identity.ts'
import type { ReportIndex } from '../report-index.ts'
import type { IndexSchema } from '../schema.ts'
import { pageSize, readCursor, writeCursor } from './cursor.ts'
import { escapeLike } from './search-conditions.ts'

/** Reports of one module whose installations are counted. */
const maxReportsCounted = 20_000

type ModuleList = Pick<
  ReportIndex,
  'modules' | 'reportModules' | 'installationsLacking' | 'reportsLacking' | 'reportsThrough' | 'reportsLackingMap'
>

export function moduleList(db: Kysely<IndexSchema>): ModuleList {
  return {
    async modules({ projectId, cursor, limit, missingOnly }) {
      const size = pageSize(limit, maxPageSize)
      let query = db.selectFrom('module').selectAll().where('project_id', '=', projectId)
      if (missingOnly === true) query = query.where('lacking', '>', 0)
      if (cursor !== undefined) {
        const { numbers, id } = readCursor(cursor, 2)
        const [lacking = 0, reports = 0] = numbers
        query = query.where((eb) => eb(eb.refTuple('lacking', 'reports', 'n'), '<', eb.tuple(lacking, reports, Number(id))))
      }
      const rows = await query
        .orderBy('lacking', 'desc')
        .orderBy('reports', 'desc')
        .orderBy('n', 'desc')
        .limit(size + 1)
        .execute()
      const page = rows.slice(0, size)
      const last = page.at(-1)
      return {
        items: page.map((row) => ({
          debugFile: row.debug_file,
          debugId: row.debug_id,
          codeFile: row.code_file ?? undefined,
          codeId: row.code_id ?? undefined,
          reports: row.reports,
          firstSeen: row.first_seen,
          lastSeen: row.last_seen,
          missing: row.lacking > 0,
          lacking: row.lacking,
        })),
        next: rows.length > size && last !== undefined ? writeCursor([last.lacking, last.reports], String(last.n)) : undefined,
      }
    },

    async reportModules(reportId) {
      const rows = await db
        .selectFrom('report')
        .innerJoin('report_module', 'report_module.report_n', 'report.n')
        .innerJoin('module', 'module.n', 'report_module.module_n')
        .select(['module.debug_file', 'module.debug_id', 'module.code_file', 'module.code_id', 'report_module.had_symbols'])
        .where('report.id', '=', reportId)
        .orderBy('module.debug_file')
        .execute()
      return rows.map((row) => ({
        debugFile: row.debug_file,
        debugId: row.debug_id,
        codeFile: row.code_file ?? undefined,
        codeId: row.code_id ?? undefined,
        hadSymbols: row.had_symbols === 1,
      }))
    },

    async installationsLacking(projectId, modules) {
      const found = new Map<string, number>()
      for (const module of modules.slice(0, maxPageSize)) {
        const identity = moduleIdentity(module)
        if (identity === undefined) continue
        // The newest reports tell enough: a count beyond them is of no use to anybody.
        const newest = db
          .selectFrom('module')
          .innerJoin('report_module', 'report_module.module_n', 'module.n')
          .innerJoin('report', 'report.n', 'report_module.report_n')
          .select('report.installation')
          .where('module.project_id', '=', projectId)
          .where('module.debug_file', '=', identity.debug_file)
          .where('module.debug_id', '=', identity.debug_id)
          .where('report_module.had_symbols', '=', 0)
          .orderBy('report_module.report_n', 'desc')
          .limit(maxReportsCounted)
        const { count } = await db
          .selectFrom(newest.as('newest'))
          .select(sql<number>`count(distinct installation)`.as('count'))
          .executeTakeFirstOrThrow()
        found.set(`${module.debugFile}/${module.debugId.toUpperCase()}`, Number(count))
      }
      return found
    },

    async reportsLackingMap({ path, release, debugId }, projectId) {
      const leaf = path.slice(path.lastIndexOf('/') + 1)
      let query = db
        .selectFrom('module')
        .innerJoin('report_module', 'report_module.module_n', 'module.n')
        .innerJoin('report', 'report.n', 'report_module.report_n')
        .select(['report.id', 'report.n', 'report.group_id'])
        .distinct()
        .where('report_module.had_symbols', '=', 0)
        .where((eb) => {
          const named = eb.or([
            eb('module.debug_file', '=', leaf),
            eb('module.debug_file', 'like', sql<string>`${`%/${escapeLike(leaf)}`} escape '\\'`),
          ])
          const ofRelease =
            release === undefined
              ? eb('module.debug_id', 'like', `${scriptReleaseId('')}%`)
              : eb('module.debug_id', '=', scriptReleaseId(release))
          return debugId === undefined
            ? eb.and([named, ofRelease])
            : eb.or([eb.and([named, ofRelease]), eb('module.code_id', '=', debugId)])
        })
      if (projectId !== undefined) query = query.where('module.project_id', '=', projectId)
      return inOrderOfNeed(db, query)
    },

    reportsLacking: (module, projectId) => reportsOf(db, module, projectId, { lacking: true }),
    reportsThrough: (module, projectId) => reportsOf(db, module, projectId, { lacking: false }),
  }
}

async function reportsOf(
  db: Kysely<IndexSchema>,
  module: { readonly debugFile: string; readonly debugId: string },
  projectId: number | undefined,
  { lacking }: { readonly lacking: boolean },
): Promise<string[]> {
  const identity = moduleIdentity(module)
  if (identity === undefined) return []
  let query = db
    .selectFrom('module')
    .innerJoin('report_module', 'report_module.module_n', 'module.n')
    .innerJoin('report', 'report.n', 'report_module.report_n')
    .select(['report.id', 'report.n', 'report.group_id'])
    .where('module.debug_file', '=', identity.debug_file)
    .where('module.debug_id', '=', identity.debug_id)
  if (lacking) query = query.where('report_module.had_symbols', '=', 0)
  if (projectId !== undefined) query = query.where('module.project_id', '=', projectId)
  return inOrderOfNeed(db, query.distinct())
}

/** A group is named by one good stack, so each gets its newest first; the group that most reports fell into goes before. */
async function inOrderOfNeed(db: Kysely<IndexSchema>, lacking: { toOperationNode(): OperationNode }): Promise<string[]> {
  const group = sql`coalesce(group_id, id)`
  const { rows } = await sql<{ id: string }>`
    select id from (
      select id, n, row_number() over (partition by ${group} order by n desc) as nth, count(*) over (partition by ${group}) as together
      from ${lacking} as lacking
    ) as ranked
    order by nth, together desc, n desc limit ${maxReportsLacking}`.execute(db)
  return rows.map(({ id }) => id)
}
