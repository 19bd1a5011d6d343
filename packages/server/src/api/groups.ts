import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { readProcessed } from '../process/processed-file.ts'
import type { GroupRow } from '../store/database/report-index.ts'
import { reportPrefix } from '../store/report-file.ts'
import type { Store } from '../store/store.ts'
import { ApiProblem } from './api-error.ts'
import { type Caller, callerOf, maySee, projectOf } from './caller.ts'
import { cursorParameter, limitParameter, projectParameter, queryParameter, refusals } from './parameters.ts'
import { actorOf, slugsFor } from './reports.ts'
import { type Group, GroupDetail, GroupPage, GroupState, GroupUpdate, type SignatureStep } from './schema.ts'
import { time } from './to-report.ts'

const IdParameter = Type.Object({ id: Type.String({ maxLength: 100 }) })

export function groups(store: Store): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/groups',
      {
        config: { scope: 'read' },
        schema: {
          summary: 'Groups of equal crashes',
          querystring: Type.Object({
            project: projectParameter,
            query: queryParameter,
            state: Type.Optional(GroupState),
            sort: Type.Union([Type.Literal('count'), Type.Literal('lastSeen'), Type.Literal('firstSeen'), Type.Literal('installations')], {
              default: 'lastSeen',
            }),
            cursor: cursorParameter,
            limit: limitParameter,
          }),
          response: { 200: GroupPage, ...refusals },
        },
      },
      async (request) => {
        const { project: slug, query, state, sort, cursor, limit } = request.query
        const project = await projectOf(store.ledger, callerOf(request), slug)
        const { items, next } = await store.index.groups({
          projectId: project.id,
          sort,
          limit,
          ...(query === undefined ? {} : { query }),
          ...(state === undefined ? {} : { state }),
          ...(cursor === undefined ? {} : { cursor }),
        })
        return { items: items.map((row) => toGroup(row, project.slug)), next: next ?? null }
      },
    )

    app.get(
      '/groups/:id',
      { config: { scope: 'read' }, schema: { summary: 'One group', params: IdParameter, response: { 200: GroupDetail, ...refusals } } },
      async (request) => detailOf(store, callerOf(request), request.params.id),
    )

    app.patch(
      '/groups/:id',
      {
        config: { scope: 'triage' },
        schema: {
          summary: 'Open, resolve or mute a group',
          params: IdParameter,
          body: GroupUpdate,
          response: { 200: GroupDetail, ...refusals },
        },
      },
      async (request) => {
        const caller = callerOf(request)
        const { id } = await rowOf(store, caller, request.params.id)
        if (!(await store.setGroupState(id, request.body.state))) throw noGroup()
        await store.ledger.audit({ actor: actorOf(caller), action: `group-${request.body.state}`, target: id })
        return detailOf(store, caller, id)
      },
    )
  }
}

async function detailOf(store: Store, caller: Caller, id: string): Promise<GroupDetail> {
  const row = await rowOf(store, caller, id)
  const [slugs, fingerprints, facets, signatureSteps] = await Promise.all([
    slugsFor(store, caller),
    store.ledger.fingerprints(id),
    store.index.facets({ projectId: row.projectId, groupId: id }),
    stepsOf(store, row.bestReportId),
  ])
  return {
    ...toGroup(row, slugs.get(row.projectId) ?? ''),
    bestReportId: row.bestReportId ?? null,
    signatureSteps,
    fingerprints: fingerprints.map(({ rulesVersion, signature }) => `${rulesVersion}:${signature}`),
    facets,
  }
}

async function rowOf(store: Store, caller: Caller, id: string): Promise<GroupRow> {
  const row = await store.index.groupRow(id)
  if (row === undefined || !maySee(caller, row.projectId)) throw noGroup()
  return row
}

async function stepsOf(store: Store, reportId: string | undefined): Promise<SignatureStep[]> {
  if (reportId === undefined) return []
  const processed = await readProcessed(store.blobs, `${reportPrefix(reportId)}processed.json`)
  processed?.close()
  return processed === undefined ? [] : processed.header.signature.steps.map((step) => ({ ...step }))
}

function noGroup(): ApiProblem {
  return new ApiProblem('not_found', 'There is no such group.')
}

const groupStates = new Set<string>(['open', 'resolved', 'muted'])
const isGroupState = (state: string): state is Group['state'] => groupStates.has(state)

function toGroup(row: GroupRow, project: string): Group {
  return {
    id: row.id,
    project,
    signature: row.signature,
    kind: row.kind,
    reason: row.reason ?? null,
    state: isGroupState(row.state) ? row.state : 'open',
    count: row.count,
    installations: row.installations,
    firstSeen: time(row.firstSeen),
    lastSeen: time(row.lastSeen),
    firstVersion: row.firstVersion ?? null,
    lastVersion: row.lastVersion ?? null,
    days: [...row.days],
  }
}
