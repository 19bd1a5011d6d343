import { type Selectable, sql, type Transaction, type Updateable } from 'kysely'
import type { DatabaseKind } from '../open-database.ts'
import type { CrashGroupTable, IndexSchema } from '../schema.ts'
import { compareVersions } from './compare-versions.ts'
import { groupScope } from './counts.ts'
import type { StoredReport } from './row.ts'

type Trx = Transaction<IndexSchema>
type GroupRow = Selectable<CrashGroupTable>

/** Versions of a group that are compared when one of its reports leaves; a sender with more distinct versions is not telling versions. */
const maxVersions = 1_000
/** Reports among which a new best one is looked for when the best has left. */
const maxBestCandidates = 200

/** Brings the rows of the groups that a report left, entered or stayed in up to date. The report's own row and the counts are written before. */
export async function moveGroup(
  trx: Trx,
  kind: DatabaseKind,
  before: StoredReport | undefined,
  after: StoredReport | undefined,
  groupState = 'open',
): Promise<void> {
  const left = before?.group_id ?? undefined
  const entered = after?.group_id ?? undefined
  const changes: [string, () => Promise<void>][] = []
  if (left !== undefined && left === entered && before !== undefined && after !== undefined)
    changes.push([left, () => changeMember(trx, kind, left, before, after)])
  else {
    if (left !== undefined && before !== undefined) changes.push([left, () => leaveGroup(trx, kind, left, before)])
    if (entered !== undefined && after !== undefined) changes.push([entered, () => enterGroup(trx, kind, entered, after, groupState)])
  }
  // In one order everywhere, see CountChanges.
  for (const [, change] of changes.sort(([a], [b]) => (a < b ? -1 : 1))) await change()
}

async function enterGroup(trx: Trx, kind: DatabaseKind, id: string, report: StoredReport, state: string): Promise<void> {
  await trx
    .insertInto('crash_group')
    .values({ ...newGroup(id, report), state })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  const group = await lockGroup(trx, kind, id)
  const installed = await countInstallation(trx, id, report.installation, 1)
  await update(trx, id, {
    ...seenBetween(group, report),
    ...betterOf(group, report),
    count: group.count + 1,
    installations: group.installations + installed,
  })
}

async function leaveGroup(trx: Trx, kind: DatabaseKind, id: string, report: StoredReport): Promise<void> {
  const group = await lockGroup(trx, kind, id)
  if (group.count <= 1) {
    await trx.deleteFrom('crash_group').where('id', '=', id).execute()
    await trx.deleteFrom('group_installation').where('group_id', '=', id).execute()
    return
  }
  const uninstalled = await countInstallation(trx, id, report.installation, -1)
  await update(trx, id, {
    ...(await recount(trx, id)),
    ...(group.best_report_id === report.id ? await findBest(trx, id) : {}),
    count: group.count - 1,
    installations: group.installations + uninstalled,
  })
}

async function changeMember(trx: Trx, kind: DatabaseKind, id: string, before: StoredReport, after: StoredReport): Promise<void> {
  const group = await lockGroup(trx, kind, id)
  const moved = before.seen_at !== after.seen_at || before.version !== after.version
  const best = group.best_report_id === after.id ? { ...group, best_quality: -1 } : group
  await update(trx, id, { ...(moved ? await recount(trx, id) : {}), ...betterOf(best, after) })
}

function newGroup(id: string, report: StoredReport) {
  return {
    id,
    project_id: report.project_id,
    signature: report.signature ?? '',
    kind: report.kind,
    reason: report.reason,
    count: 0,
    installations: 0,
    first_seen: report.seen_at,
    last_seen: report.seen_at,
    first_version: report.version,
    last_version: report.version,
    best_report_id: null,
    best_quality: -1,
  }
}

async function lockGroup(trx: Trx, kind: DatabaseKind, id: string): Promise<GroupRow> {
  return trx
    .selectFrom('crash_group')
    .selectAll()
    .where('id', '=', id)
    .$if(kind === 'postgres', (query) => query.forUpdate())
    .executeTakeFirstOrThrow()
}

async function update(trx: Trx, id: string, change: Updateable<CrashGroupTable>): Promise<void> {
  if (Object.keys(change).length > 0) await trx.updateTable('crash_group').set(change).where('id', '=', id).execute()
}

/** The group is shown as its best report is signed: a frame with a name says more than module and offset. */
function betterOf(group: GroupRow, report: StoredReport): Updateable<CrashGroupTable> {
  if (report.quality <= group.best_quality) return {}
  return { signature: report.signature ?? '', reason: report.reason, best_report_id: report.id, best_quality: report.quality }
}

async function findBest(trx: Trx, id: string): Promise<Updateable<CrashGroupTable>> {
  const newest = trx.selectFrom('report').selectAll().where('group_id', '=', id).orderBy('id', 'desc').limit(maxBestCandidates)
  const best = await trx
    .selectFrom(newest.as('newest'))
    .selectAll()
    .orderBy('quality', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (best === undefined) return {}
  return { signature: best.signature ?? '', reason: best.reason, best_report_id: best.id, best_quality: best.quality }
}

function seenBetween(group: GroupRow, report: StoredReport): Updateable<CrashGroupTable> {
  const versions = [group.first_version, group.last_version, report.version].filter((version) => version !== null).sort(compareVersions)
  return {
    first_seen: Math.min(group.first_seen, report.seen_at),
    last_seen: Math.max(group.last_seen, report.seen_at),
    first_version: versions[0] ?? null,
    last_version: versions.at(-1) ?? null,
  }
}

async function recount(trx: Trx, id: string): Promise<Updateable<CrashGroupTable>> {
  const seen = await trx
    .selectFrom('report')
    .select([sql<number>`min(seen_at)`.as('first'), sql<number>`max(seen_at)`.as('last')])
    .where('group_id', '=', id)
    .executeTakeFirstOrThrow()
  const rows = await trx
    .selectFrom('facet_count')
    .select('value')
    .where('scope', '=', groupScope(id))
    .where('field', '=', 'version')
    .where('value', '!=', '')
    .limit(maxVersions)
    .execute()
  const versions = rows.map(({ value }) => value).sort(compareVersions)
  return { first_seen: seen.first, last_seen: seen.last, first_version: versions[0] ?? null, last_version: versions.at(-1) ?? null }
}

/** Returns by how much the number of different installations changes. */
async function countInstallation(trx: Trx, groupId: string, installation: string | null, delta: 1 | -1): Promise<-1 | 0 | 1> {
  if (installation === null) return 0
  const { count } = await trx
    .insertInto('group_installation')
    .values({ group_id: groupId, installation, count: delta })
    .onConflict((conflict) =>
      conflict.columns(['group_id', 'installation']).doUpdateSet({ count: sql`group_installation.count + excluded.count` }),
    )
    .returning('count')
    .executeTakeFirstOrThrow()
  if (delta === 1) return count === 1 ? 1 : 0
  if (count > 0) return 0
  await trx.deleteFrom('group_installation').where('group_id', '=', groupId).where('installation', '=', installation).execute()
  return -1
}
