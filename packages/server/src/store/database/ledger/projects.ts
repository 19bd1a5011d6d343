import type { Kysely } from 'kysely'
import { mergedSettings } from '../../../api/project-settings.ts'
import { StoreError } from '../../errors.ts'
import { keyCacheMs } from '../../limits.ts'
import type { Ledger, LedgerProject, ProjectKey } from '../ledger.ts'
import type { LedgerSchema } from '../schema.ts'
import { newHashKey, newProjectKey } from './secrets.ts'
import { readSettings } from './settings-column.ts'

type Projects = Pick<
  Ledger,
  'createProject' | 'projects' | 'projectBySlug' | 'projectById' | 'projectByKey' | 'updateProject' | 'addKey' | 'revokeKey'
>

/** Two people who change settings at once take turns. */
const maxUpdateAttempts = 20

/** Unknown keys make the list be read again, since another process may have added one, but not more often than this. */
const minReloadMs = 1_000

/**
 * Projects and their keys, all held in memory: an upload asks for a key, and a database that is slow or away must not refuse it. The memory is
 * renewed behind the answer; only a key never seen waits for the database.
 */
export function ledgerProjects(db: Kysely<LedgerSchema>, clock: () => number): Projects {
  let byKey = new Map<string, LedgerProject>()
  let loadedAt = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | undefined

  /** Of two that run at once the one that began later has the newer rows, whichever ends last. */
  let begun = 0
  let remembered = 0

  const load = async (): Promise<LedgerProject[]> => {
    const turn = ++begun
    const rows = await db.selectFrom('project').selectAll().orderBy('id').execute()
    const keys = await db.selectFrom('project_key').selectAll().orderBy('created_at').orderBy('key').execute()
    const projects = rows.map((row) => ({
      id: row.id,
      slug: row.slug,
      name: row.name,
      createdAt: row.created_at,
      settings: readSettings(row.settings),
      hashKey: row.hash_key,
      keys: keys
        .filter((key) => key.project_id === row.id)
        .map((key): ProjectKey => ({ key: key.key, label: key.label, createdAt: key.created_at, revokedAt: key.revoked_at ?? undefined })),
    }))
    if (turn < remembered) return projects
    remembered = turn
    byKey = new Map(
      projects.flatMap((project) => project.keys.filter((key) => key.revokedAt === undefined).map((key) => [key.key, project] as const)),
    )
    loadedAt = clock()
    return projects
  }
  const reload = (): Promise<void> => {
    loading ??= load()
      .then(() => {})
      .finally(() => {
        loading = undefined
      })
    return loading
  }
  const insertKey = async (projectId: number, label: string): Promise<ProjectKey> => {
    const key = { key: newProjectKey(), label, createdAt: clock(), revokedAt: undefined }
    await db
      .insertInto('project_key')
      .values({ key: key.key, project_id: projectId, label, created_at: key.createdAt, revoked_at: null })
      .execute()
    return key
  }
  const find = async (matches: (project: LedgerProject) => boolean) => (await load()).find(matches)

  return {
    async createProject({ slug, name }) {
      const row = await db
        .insertInto('project')
        .values({ slug, name, created_at: clock(), hash_key: newHashKey() })
        .onConflict((conflict) => conflict.column('slug').doNothing())
        .returning(['id'])
        .executeTakeFirst()
      if (row === undefined) throw new StoreError('slug_taken', `There is a project ${slug} already`)
      await insertKey(row.id, 'default')
      const project = await find(({ id }) => id === row.id)
      if (project === undefined) throw new StoreError('unknown_project', `Project ${slug} vanished while it was made`)
      return project
    },
    projects: load,
    projectBySlug: (slug) => find((project) => project.slug === slug),
    projectById: (id) => find((project) => project.id === id),
    async projectByKey(key) {
      const known = byKey.get(key)
      const age = clock() - loadedAt
      // A failed renewal is no news: the next upload asks again.
      if (known !== undefined && age > keyCacheMs) void reload().catch(() => {})
      if (known !== undefined || age < minReloadMs) return known
      await reload()
      return byKey.get(key)
    },
    async updateProject(projectId, { name, settings }) {
      for (let attempt = 0; attempt < maxUpdateAttempts; attempt += 1) {
        const row = await db.selectFrom('project').select('settings').where('id', '=', projectId).executeTakeFirst()
        if (row === undefined) return undefined
        const merged = settings === undefined ? row.settings : JSON.stringify(mergedSettings(readSettings(row.settings), settings))
        const { numUpdatedRows } = await db
          .updateTable('project')
          .set({ settings: merged, ...(name === undefined ? {} : { name }) })
          .where('id', '=', projectId)
          .where('settings', '=', row.settings)
          .executeTakeFirst()
        if (numUpdatedRows > 0n) return find(({ id }) => id === projectId)
      }
      throw new StoreError('database_busy', 'Others changed the settings of this project at the same time; try again')
    },
    async addKey(projectId, label) {
      if ((await find(({ id }) => id === projectId)) === undefined)
        throw new StoreError('unknown_project', `There is no project with the number ${projectId}`)
      const key = await insertKey(projectId, label)
      await load()
      return key
    },
    async revokeKey(projectId, key) {
      const { numUpdatedRows } = await db
        .updateTable('project_key')
        .set({ revoked_at: clock() })
        .where('project_id', '=', projectId)
        .where('key', '=', key)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      await load()
      return numUpdatedRows > 0n
    },
  }
}
