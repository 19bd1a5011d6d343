import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { sourceLimits } from '../sources/limits.ts'
import type { LedgerProject, ProjectKey } from '../store/database/ledger.ts'
import type { Store } from '../store/store.ts'
import { ApiProblem } from './api-error.ts'
import { callerOf, projectOf, requireWholeServer, visibleProjects } from './caller.ts'
import { projectParameter, refusals } from './parameters.ts'
import { type ProjectSettings, ProjectUpdate } from './project-settings.ts'
import type { IngestUrl } from './public-url.ts'
import { actorOf } from './reports.ts'
import { ApiError, ProjectKey as Key, Project, ProjectCreate, ProjectDetail } from './schema.ts'
import { strictBody } from './strict-body.ts'
import { time, timeOrNull } from './to-report.ts'

const SlugParameter = Type.Object({ slug: projectParameter })

export function projects(store: Store, ingestUrl: IngestUrl): FastifyPluginAsyncTypebox {
  const toKey = ({ key, label, createdAt, revokedAt }: ProjectKey, request: Parameters<IngestUrl>[0]) => ({
    key,
    label,
    createdAt: time(createdAt),
    revokedAt: timeOrNull(revokedAt),
    ingestUrl: ingestUrl(request, key),
  })
  const toProject = async (project: LedgerProject, request: Parameters<IngestUrl>[0]): Promise<Project> => ({
    id: project.id,
    slug: project.slug,
    name: project.name,
    createdAt: time(project.createdAt),
    reports: await store.index.countReports(project.id),
    keys: project.keys.map((key) => toKey(key, request)),
  })
  const toDetail = async (project: LedgerProject, request: Parameters<IngestUrl>[0]): Promise<ProjectDetail> => ({
    ...(await toProject(project, request)),
    settings: project.settings,
  })
  return async (app) => {
    app.get(
      '/projects',
      {
        config: { scope: 'read' },
        schema: { summary: 'Projects that the token sees', response: { 200: Type.Object({ items: Type.Array(Project) }), ...refusals } },
      },
      async (request) => {
        const visible = await visibleProjects(store.ledger, callerOf(request))
        return { items: await Promise.all(visible.map((project) => toProject(project, request))) }
      },
    )

    app.post(
      '/projects',
      {
        config: { scope: 'administer' },
        schema: { summary: 'New project, with its first key', body: ProjectCreate, response: { 201: Project, ...refusals, 409: ApiError } },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        requireWholeServer(caller)
        const { slug, name } = request.body
        if ((await store.ledger.projectBySlug(slug)) !== undefined)
          throw new ApiProblem('conflict', `There is a project "${slug}" already.`)
        await store.ledger.createProject({ slug, name: name ?? slug })
        await store.ledger.audit({ actor: actorOf(caller), action: 'create-project', target: slug })
        return reply.code(201).send(await toProject(await projectOf(store.ledger, caller, slug), request))
      },
    )

    app.get(
      '/projects/:slug',
      {
        config: { scope: 'read' },
        schema: { summary: 'One project with its settings', params: SlugParameter, response: { 200: ProjectDetail, ...refusals } },
      },
      async (request) => toDetail(await projectOf(store.ledger, callerOf(request), request.params.slug), request),
    )

    app.patch(
      '/projects/:slug',
      {
        config: { scope: 'administer' },
        validatorCompiler: strictBody,
        schema: {
          summary: 'Name and settings; what is left out stays as it is',
          params: SlugParameter,
          body: ProjectUpdate,
          response: { 200: ProjectDetail, ...refusals },
        },
      },
      async (request) => {
        const caller = callerOf(request)
        const { id, slug, settings } = await projectOf(store.ledger, caller, request.params.slug)
        refuseUnclear(request.body)
        if (opensPrivateNetwork(settings, request.body)) requireWholeServer(caller)
        const project = await store.ledger.updateProject(id, request.body)
        if (project === undefined) throw new ApiProblem('not_found', 'There is no such project.')
        await store.ledger.audit({ actor: actorOf(caller), action: 'update-project', target: `${slug} ${changedNames(request.body)}` })
        // What reports lack already is asked for, too.
        if (request.body.settings?.symbolSources !== undefined && project.settings.symbolSources.enabled)
          await store.fetches.wantLacking(id, sourceLimits.maxWantedAtOnce)
        return toDetail(project, request)
      },
    )

    app.post(
      '/projects/:slug/keys',
      {
        config: { scope: 'administer' },
        schema: {
          summary: 'One more key of a project',
          params: SlugParameter,
          body: Type.Object({ label: Type.String({ maxLength: 200, default: '' }) }),
          response: { 201: Key, ...refusals },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        const project = await projectOf(store.ledger, caller, request.params.slug)
        const key = await store.ledger.addKey(project.id, request.body.label)
        await store.ledger.audit({ actor: actorOf(caller), action: 'add-key', target: `${project.slug}/${key.key}` })
        return reply.code(201).send(toKey(key, request))
      },
    )

    app.delete(
      '/projects/:slug/keys/:key',
      {
        config: { scope: 'administer' },
        schema: {
          summary: 'Revoke a key: nothing is accepted with it any more',
          params: Type.Object({ ...SlugParameter.properties, key: Type.String({ maxLength: 64 }) }),
          response: { 204: Type.Null(), ...refusals },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        const project = await projectOf(store.ledger, caller, request.params.slug)
        const { key } = request.params
        if (!(await store.ledger.revokeKey(project.id, key))) throw new ApiProblem('not_found', 'The project has no such key.')
        await store.ledger.audit({ actor: actorOf(caller), action: 'revoke-key', target: `${project.slug}/${key}` })
        return reply.code(204).send(null)
      },
    )
  }
}

/** Two rules of one name could not be told apart where their drops are counted. */
function refuseUnclear({ settings }: ProjectUpdate): void {
  const names = settings?.rules?.map(({ name }) => name) ?? []
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new ApiProblem('bad_request', `Two rules are called "${twice}"; each needs a name of its own.`)
}

/** The server's own network is not a project's to open: what was allowed already may stay. */
function opensPrivateNetwork(before: ProjectSettings, { settings }: ProjectUpdate): boolean {
  const privateOf = (sources: ProjectSettings['symbolSources']['list']) =>
    sources.flatMap((source) => ('preset' in source || !source.allowPrivate ? [] : [source.url]))
  const known = privateOf(before.symbolSources.list)
  return privateOf(settings?.symbolSources?.list ?? []).some((url) => !known.includes(url))
}

/** What was changed, not to what: settings may name what a project wants to hide. */
function changedNames({ name, settings }: ProjectUpdate): string {
  return [...(name === undefined ? [] : ['name']), ...Object.keys(settings ?? {})].join(',')
}
