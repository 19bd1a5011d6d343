import { type Insertable, sql, type Transaction } from 'kysely'
import { maxReportModules } from '../../limits.ts'
import { moduleIdentity } from '../module-identity.ts'
import type { ProcessedRow } from '../report-index.ts'
import type { IndexSchema, ModuleTable } from '../schema.ts'
import { storable } from '../text.ts'
import type { StoredReport } from './row.ts'

type Trx = Transaction<IndexSchema>

/** Replaces the modules that a report's stacks went through, and moves the modules' counts with them. */
export async function moveModules(trx: Trx, report: StoredReport, modules: ProcessedRow['modules']): Promise<void> {
  const before = await trx.selectFrom('report_module').selectAll().where('report_n', '=', report.n).orderBy('module_n').execute()
  for (const { module_n, had_symbols } of before)
    await trx
      .updateTable('module')
      .set({ reports: sql`reports - 1`, lacking: sql`lacking - ${1 - had_symbols}` })
      .where('n', '=', module_n)
      .execute()
  if (before.length > 0) await trx.deleteFrom('report_module').where('report_n', '=', report.n).execute()
  const after = moduleRows(report, modules)
  if (after.length > 0) await addModules(trx, report, after)
  // A module that no report names any more.
  const left = before.map(({ module_n }) => module_n)
  if (left.length > 0) await trx.deleteFrom('module').where('n', 'in', left).where('reports', '<=', 0).execute()
}

async function addModules(trx: Trx, report: StoredReport, rows: readonly Insertable<ModuleTable>[]): Promise<void> {
  const known = await trx
    .insertInto('module')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['debug_file', 'debug_id', 'project_id']).doUpdateSet({
        reports: sql`module.reports + 1`,
        lacking: sql`module.lacking + excluded.lacking`,
        first_seen: sql`case when excluded.first_seen < module.first_seen then excluded.first_seen else module.first_seen end`,
        last_seen: sql`case when excluded.last_seen > module.last_seen then excluded.last_seen else module.last_seen end`,
        code_file: sql`coalesce(module.code_file, excluded.code_file)`,
        code_id: sql`coalesce(module.code_id, excluded.code_id)`,
      }),
    )
    .returning(['n', 'debug_file', 'debug_id'])
    .execute()
  const lacking = new Map(rows.map((row) => [keyOf(row), row.lacking]))
  await trx
    .insertInto('report_module')
    .values(known.map((row) => ({ report_n: report.n, module_n: row.n, had_symbols: 1 - (lacking.get(keyOf(row)) ?? 1) })))
    .execute()
}

/** One row per module; symbols that were there for one frame were there. */
function moduleRows(report: StoredReport, modules: ProcessedRow['modules']): Insertable<ModuleTable>[] {
  const rows = new Map<string, Insertable<ModuleTable>>()
  for (const module of modules.slice(0, maxReportModules)) {
    const identity = moduleIdentity(module)
    if (identity === undefined) continue
    const row = {
      project_id: report.project_id,
      ...identity,
      code_file: storable(module.codeFile) ?? null,
      code_id: storable(module.codeId) ?? null,
      reports: 1,
      lacking: module.hadSymbols ? 0 : 1,
      first_seen: report.seen_at,
      last_seen: report.seen_at,
    }
    const known = rows.get(keyOf(row))
    if (known === undefined || known.lacking > row.lacking) rows.set(keyOf(row), row)
  }
  return [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

function keyOf({ debug_file, debug_id }: { readonly debug_file: string; readonly debug_id: string }): string {
  return `${debug_file}\n${debug_id}`
}
