import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { maxIndexedText, maxRingSamples, maxSamplesPerHour, maxSamplesPerReason, maxSampleText, maxWaitingCounters } from '../../limits.ts'
import type { NewRejection, RejectionRow, ReportIndex } from '../report-index.ts'
import { inTransaction } from '../retry-transaction.ts'
import type { IndexSchema, RejectionSampleTable } from '../schema.ts'
import { storable } from '../text.ts'
import { batched } from './batch.ts'

type Rejections = Pick<ReportIndex, 'countRejection' | 'rejections'>
type Trx = Transaction<IndexSchema>

const hourMs = 3600_000
/** Stands for "no project" in the tables: the ring of unknown keys. */
const noProject = 0

/** Refusals come as fast as somebody sends rubbish: those that arrive while one transaction runs share the next one. */
export function rejectionList(db: Kysely<IndexSchema>): Rejections {
  const write = batched<NewRejection, undefined>(async (group) => {
    await inTransaction(db, (trx) => writeRejections(trx, group))
    return group.map(() => undefined)
  }, maxWaitingCounters)

  return {
    countRejection: (rejection) => write(rejection),
    async rejections(projectId = noProject) {
      const counts = await db.selectFrom('rejection').selectAll().where('project_id', '=', projectId).orderBy('last_at', 'desc').execute()
      const samples = await db
        .selectFrom('rejection_sample')
        .selectAll()
        .where('project_id', '=', projectId)
        .orderBy('n', 'desc')
        .limit(maxSamplesPerReason * Math.max(1, counts.length))
        .execute()
      return counts.map(
        (row): RejectionRow => ({
          reason: row.reason,
          count: row.count,
          lastAt: row.last_at,
          samples: samples.filter(({ reason }) => reason === row.reason).map(sampleOf),
        }),
      )
    },
  }
}

async function writeRejections(trx: Trx, group: readonly NewRejection[]): Promise<void> {
  const counts = new Map<string, { project_id: number; reason: string; count: number; last_at: number }>()
  for (const { projectId = noProject, reason, at } of group) {
    const key = `${projectId}\n${reason}`
    const known = counts.get(key)
    if (known === undefined) counts.set(key, { project_id: projectId, reason, count: 1, last_at: at })
    else counts.set(key, { ...known, count: known.count + 1, last_at: Math.max(known.last_at, at) })
  }
  const rows = [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  for (const row of rows)
    await trx
      .insertInto('rejection')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['project_id', 'reason']).doUpdateSet({
          count: sql`rejection.count + excluded.count`,
          last_at: sql`case when excluded.last_at > rejection.last_at then excluded.last_at else rejection.last_at end`,
        }),
      )
      .execute()
  for (const projectId of new Set(rows.map(({ project_id }) => project_id)))
    await addSamples(
      trx,
      projectId,
      group.filter((rejection) => (rejection.projectId ?? noProject) === projectId && rejection.sample !== undefined),
    )
}

async function addSamples(trx: Trx, projectId: number, group: readonly NewRejection[]): Promise<void> {
  const [first] = group
  if (first === undefined) return
  const { count } = await trx
    .selectFrom('rejection_sample')
    .select(sql<number>`count(*)`.as('count'))
    .where('project_id', '=', projectId)
    .where('at', '>', first.at - hourMs)
    .executeTakeFirstOrThrow()
  const kept = group.slice(0, projectId === noProject ? maxRingSamples : Math.max(0, maxSamplesPerHour - count))
  for (const { reason, at, dialect, sample } of kept)
    await trx
      .insertInto('rejection_sample')
      .values({
        project_id: projectId,
        reason,
        at,
        dialect,
        headers: boundedJson(sample?.headers ?? {}, {}),
        field_names: boundedJson(sample?.fieldNames ?? [], []),
        detail: storable(sample?.detail, maxSampleText) ?? null,
        address: storable(sample?.address, maxIndexedText) ?? null,
      })
      .execute()
  if (projectId === noProject) await keepNewest(trx, projectId, undefined, maxRingSamples)
  else for (const reason of new Set(kept.map((one) => one.reason))) await keepNewest(trx, projectId, reason, maxSamplesPerReason)
}

async function keepNewest(trx: Trx, projectId: number, reason: string | undefined, max: number): Promise<void> {
  let newest = trx.selectFrom('rejection_sample').select('n').where('project_id', '=', projectId)
  if (reason !== undefined) newest = newest.where('reason', '=', reason)
  const oldestKept = await newest
    .orderBy('n', 'desc')
    .offset(max - 1)
    .limit(1)
    .executeTakeFirst()
  if (oldestKept === undefined) return
  let old = trx.deleteFrom('rejection_sample').where('project_id', '=', projectId).where('n', '<', oldestKept.n)
  if (reason !== undefined) old = old.where('reason', '=', reason)
  await old.execute()
}

/** JSON without NUL, which PostgreSQL refuses; something too long is left out whole. */
function boundedJson(value: unknown, otherwise: unknown): string {
  const text = JSON.stringify(value).replaceAll('\\u0000', '').toWellFormed()
  return text.length <= maxSampleText ? text : JSON.stringify(otherwise)
}

const Headers = Type.Record(Type.String(), Type.String())
const Names = Type.Array(Type.String())

function sampleOf(row: Selectable<RejectionSampleTable>): RejectionRow['samples'][number] {
  return {
    at: row.at,
    dialect: row.dialect,
    headers: Value.Parse(Headers, JSON.parse(row.headers)),
    fieldNames: Value.Parse(Names, JSON.parse(row.field_names)),
    detail: row.detail,
    address: row.address,
  }
}
