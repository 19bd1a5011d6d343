import { rm } from 'node:fs/promises'
import { type Kysely, type Selectable, sql } from 'kysely'
import { moduleIdentity, scriptReleaseId } from '../database/module-identity.ts'
import type { IndexSchema, SymbolAnswerTable } from '../database/schema.ts'
import { storable } from '../database/text.ts'
import {
  type AnswerOutcome,
  type FetchedFile,
  type ModuleName,
  moduleKey,
  type SourceAnswer,
  type SymbolFetches,
  type WantedModule,
} from '../symbol-fetches.ts'
import { contentPath, isStored, takeOver } from './content-files.ts'

/** Modules in one question to the database. */
const maxModulesTogether = 200
/** How long an answer that has run out is still shown. */
const shownForMs = 7 * 24 * 3600_000
/** How exactly "last needed" is known. */
const usedResolutionMs = 24 * 3600_000
/** Files removed between two looks at the sum. */
const removedTogether = 50
/** An address is shown, and it may be as long as a module's name. */
const maxPlace = 2_000

const outcomes: readonly string[] = [
  ...(['found', 'not_found', 'wrong_id', 'unreadable', 'too_large', 'refused_address', 'failed'] satisfies AnswerOutcome[]),
]

export function fetchedSymbols(o: {
  readonly db: Kysely<IndexSchema>
  readonly folder: string
  readonly clock: () => number
}): SymbolFetches {
  const { db, folder, clock } = o

  async function* rowsOf(modules: readonly ModuleName[]): AsyncGenerator<{ row: Selectable<SymbolAnswerTable>; module: ModuleName }> {
    for (let from = 0; from < modules.length; from += maxModulesTogether) {
      const named = identities(modules.slice(from, from + maxModulesTogether))
      if (named.size === 0) continue
      const rows = await db
        .selectFrom('symbol_answer')
        .selectAll()
        .where((eb) =>
          eb(
            eb.refTuple('debug_file', 'debug_id'),
            'in',
            [...named.values()].map(({ identity }) => eb.tuple(identity.debug_file, identity.debug_id)),
          ),
        )
        .execute()
      for (const row of rows) {
        const module = named.get(`${row.debug_file}\n${row.debug_id}`)?.module
        if (module !== undefined) yield { row, module }
      }
    }
  }

  /** A file that several sources gave counts once. */
  const usage = async () => {
    const row = await db
      .selectFrom(db.selectFrom('symbol_answer').select(['sha256', 'size']).distinct().where('sha256', 'is not', null).as('file'))
      .select([sql<number>`count(*)`.as('files'), sql<number>`coalesce(sum(size), 0)`.as('bytes')])
      .executeTakeFirstOrThrow()
    return { files: Number(row.files), bytes: Number(row.bytes) }
  }

  const remove = async (sha256: string) => {
    const other = await db.selectFrom('symbol_answer').select('source').where('sha256', '=', sha256).limit(1).executeTakeFirst()
    if (other !== undefined) return
    const path = contentPath(folder, sha256)
    for (const each of [path, `${path}.index`]) await rm(each, { force: true })
  }

  return {
    async want(projectId, modules) {
      await insertWants(db, projectId, modules, clock())
    },

    async wantLacking(projectId, limit) {
      const rows = await db
        .selectFrom('module')
        .select(['debug_file', 'debug_id', 'code_file', 'code_id'])
        .where('project_id', '=', projectId)
        .where('lacking', '>', 0)
        .where('debug_id', 'not like', `${scriptReleaseId('')}%`)
        .orderBy('lacking', 'desc')
        .limit(limit)
        .execute()
      const modules = rows.map((row) => ({
        debugFile: row.debug_file,
        debugId: row.debug_id,
        codeFile: row.code_file ?? undefined,
        codeId: row.code_id ?? undefined,
      }))
      await insertWants(db, projectId, modules, clock())
      return modules.length
    },

    async lease(limit, leaseMs, except) {
      const now = clock()
      let due = db
        .selectFrom('symbol_want')
        .selectAll()
        .where('due_at', '<=', now)
        .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<=', now)]))
      if (except.length > 0) due = due.where('project_id', 'not in', except)
      const rows = await due.orderBy('due_at').orderBy('debug_file').orderBy('debug_id').limit(limit).execute()
      const leased = []
      for (const row of rows) {
        const { numUpdatedRows } = await db
          .updateTable('symbol_want')
          .set({ leased_until: now + leaseMs, attempt: row.attempt + 1 })
          .where('project_id', '=', row.project_id)
          .where('debug_file', '=', row.debug_file)
          .where('debug_id', '=', row.debug_id)
          .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<=', now)]))
          .executeTakeFirst()
        if (numUpdatedRows > 0n)
          leased.push({
            projectId: row.project_id,
            debugFile: row.debug_file,
            debugId: row.debug_id,
            codeFile: row.code_file ?? undefined,
            codeId: row.code_id ?? undefined,
            attempt: row.attempt + 1,
            wantedAt: row.wanted_at,
          })
      }
      return leased
    },

    async renew(wants, leaseMs) {
      for (const want of wants) await ofWant(db.updateTable('symbol_want').set({ leased_until: clock() + leaseMs }), want).execute()
    },
    async done(want) {
      const { numDeletedRows } = await ofWant(db.deleteFrom('symbol_want'), want).where('wanted_at', '=', want.wantedAt).executeTakeFirst()
      if (numDeletedRows === 0n)
        await ofWant(db.updateTable('symbol_want').set({ leased_until: null, due_at: clock(), attempt: 0 }), want).execute()
    },
    async later(want, delayMs) {
      // Wanted anew meanwhile, perhaps because there are other sources now: then it is due at once.
      const dueAt = sql<number>`case when wanted_at = ${want.wantedAt} then ${clock() + delayMs} else ${clock()} end`
      await ofWant(db.updateTable('symbol_want').set({ leased_until: null, due_at: sql<number>`cast(${dueAt} as bigint)` }), want).execute()
    },

    async waiting(projectId, modules) {
      const named = identities(modules)
      if (named.size === 0) return new Set()
      const rows = await db
        .selectFrom('symbol_want')
        .select(['debug_file', 'debug_id'])
        .where('project_id', '=', projectId)
        .where((eb) =>
          eb(
            eb.refTuple('debug_file', 'debug_id'),
            'in',
            [...named.values()].map(({ identity }) => eb.tuple(identity.debug_file, identity.debug_id)),
          ),
        )
        .execute()
      return new Set(rows.flatMap((row) => named.get(`${row.debug_file}\n${row.debug_id}`)?.module ?? []).map(moduleKey))
    },

    async answers(modules) {
      const found: SourceAnswer[] = []
      const now = clock()
      for await (const { row, module } of rowsOf(modules))
        found.push({
          debugFile: module.debugFile,
          debugId: module.debugId,
          source: row.source,
          outcome: outcomeOf(row.outcome),
          detail: row.detail ?? undefined,
          place: row.place ?? undefined,
          size: row.size,
          askedAt: row.asked_at,
          alive: row.expires_at === null || row.expires_at > now,
        })
      return found
    },

    async setAnswer({ source, outcome, detail, place, file, lifeMs, ...module }) {
      const identity = moduleIdentity(module)
      if (identity === undefined) return
      const now = clock()
      if (file !== undefined) await takeOver(file.path, contentPath(folder, file.sha256))
      const before = await db
        .selectFrom('symbol_answer')
        .select('sha256')
        .where('source', '=', source)
        .where('debug_file', '=', identity.debug_file)
        .where('debug_id', '=', identity.debug_id)
        .executeTakeFirst()
      const values = {
        outcome,
        detail: storable(detail, maxPlace) ?? null,
        place: storable(place, maxPlace) ?? null,
        sha256: file?.sha256 ?? null,
        size: file?.size ?? 0,
        asked_at: now,
        expires_at: lifeMs === undefined ? null : now + lifeMs,
        used_at: now,
      }
      await db
        .insertInto('symbol_answer')
        .values({ source, ...identity, ...values })
        .onConflict((conflict) => conflict.columns(['debug_file', 'debug_id', 'source']).doUpdateSet(values))
        .execute()
      if (before?.sha256 != null && before.sha256 !== file?.sha256) await remove(before.sha256)
    },

    async find(sources, modules) {
      const best = new Map<string, FetchedFile>()
      const stale: Selectable<SymbolAnswerTable>[] = []
      const now = clock()
      for await (const { row, module } of rowsOf(modules)) {
        const rank = sources.indexOf(row.source)
        const { sha256 } = row
        if (rank < 0 || sha256 === null) continue
        const key = moduleKey(module)
        const known = best.get(key)
        if (known !== undefined && sources.indexOf(known.source) < rank) continue
        const path = contentPath(folder, sha256)
        if (await isStored(path)) best.set(key, { path, source: row.source, sha256, size: row.size, at: row.asked_at, usedAt: row.used_at })
        else stale.push(row)
        if (row.used_at < now - usedResolutionMs) await ofAnswer(db.updateTable('symbol_answer').set({ used_at: now }), row).execute()
      }
      // Somebody emptied the folder by hand: it is asked for again.
      for (const row of stale) await ofAnswer(db.deleteFrom('symbol_answer'), row).execute()
      return best
    },

    usage,

    async cleanUp(maxBytes, maxAnswers, sparedMs = 0) {
      await db
        .deleteFrom('symbol_answer')
        .where('expires_at', '<', clock() - shownForMs)
        .execute()
      const { count } = await db.selectFrom('symbol_answer').select(sql<number>`count(*)`.as('count')).executeTakeFirstOrThrow()
      if (count > maxAnswers) {
        const oldest = db
          .selectFrom('symbol_answer')
          .select('asked_at')
          .where('sha256', 'is', null)
          .orderBy('asked_at')
          .offset(count - maxAnswers)
          .limit(1)
        await db.deleteFrom('symbol_answer').where('sha256', 'is', null).where('asked_at', '<', oldest).execute()
      }
      let removed = 0
      for (;;) {
        const { bytes } = await usage()
        if (bytes <= maxBytes) return removed
        const rows = await db
          .selectFrom('symbol_answer')
          .selectAll()
          .where('sha256', 'is not', null)
          .where('asked_at', '<=', clock() - sparedMs)
          .orderBy('used_at')
          .limit(removedTogether)
          .execute()
        let over = bytes - maxBytes
        for (const row of rows) {
          if (over <= 0 || row.sha256 === null) break
          await ofAnswer(db.deleteFrom('symbol_answer'), row).execute()
          await remove(row.sha256)
          over -= row.size
          removed += 1
        }
        if (rows.length === 0) return removed
      }
    },
  }
}

async function insertWants(db: Kysely<IndexSchema>, projectId: number, modules: readonly WantedModule[], now: number): Promise<void> {
  const rows = [...identities(modules).values()].map(({ identity, module }) => ({
    project_id: projectId,
    ...identity,
    code_file: storable(module.codeFile) ?? null,
    code_id: storable(module.codeId) ?? null,
    wanted_at: now,
    due_at: now,
    attempt: 0,
  }))
  for (let from = 0; from < rows.length; from += maxModulesTogether)
    await db
      .insertInto('symbol_want')
      .values(rows.slice(from, from + maxModulesTogether))
      .onConflict((conflict) =>
        conflict.columns(['project_id', 'debug_file', 'debug_id']).doUpdateSet({
          wanted_at: sql`case when symbol_want.wanted_at >= excluded.wanted_at then symbol_want.wanted_at + 1 else excluded.wanted_at end`,
          due_at: sql`case when symbol_want.due_at < excluded.due_at then symbol_want.due_at else excluded.due_at end`,
        }),
      )
      .execute()
}

/** By the keys of the database's rows. */
function identities<T extends ModuleName>(modules: readonly T[]) {
  const named = new Map<string, { readonly identity: NonNullable<ReturnType<typeof moduleIdentity>>; readonly module: T }>()
  for (const module of modules) {
    const identity = moduleIdentity(module)
    if (identity !== undefined) named.set(`${identity.debug_file}\n${identity.debug_id}`, { identity, module })
  }
  return named
}

function outcomeOf(text: string): AnswerOutcome {
  // A newer program may know more words; to this one they say that there is no file.
  return outcomes.includes(text) ? (text as AnswerOutcome) : 'failed'
}

function ofAnswer<Query extends { where(column: 'source' | 'debug_file' | 'debug_id', is: '=', value: string): Query }>(
  query: Query,
  row: Pick<SymbolAnswerTable, 'source' | 'debug_file' | 'debug_id'>,
): Query {
  return query.where('source', '=', row.source).where('debug_file', '=', row.debug_file).where('debug_id', '=', row.debug_id)
}

function ofWant<
  Query extends {
    where(column: 'debug_file' | 'debug_id', is: '=', value: string): Query
    where(column: 'project_id', is: '=', value: number): Query
  },
>(query: Query, want: ModuleName & { readonly projectId: number }): Query {
  const identity = moduleIdentity(want)
  return query
    .where('project_id', '=', want.projectId)
    .where('debug_file', '=', identity?.debug_file ?? '')
    .where('debug_id', '=', identity?.debug_id ?? '')
}
