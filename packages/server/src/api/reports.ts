import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { requeue } from '../process/requeue.ts'
import { reportPrefix } from '../store/report-file.ts'
import type { Store } from '../store/store.ts'
import { ApiProblem } from './api-error.ts'
import { openAttachment, sendAttachment } from './attachment.ts'
import { type Caller, callerOf, maySee, projectOf, visibleProjects } from './caller.ts'
import { findReport, findStoredReport, type WaitingReports } from './find-report.ts'
import { limitParameter, listParameters, refusals } from './parameters.ts'
import { reportDetail } from './report-detail.ts'
import { ReportDetail, ReportPage } from './schema.ts'
import { type Slugs, toReport } from './to-report.ts'

const IdParameter = Type.Object({ id: Type.String({ maxLength: 100, description: 'Id, alias, or the first 16 or more digits of an id' }) })

export function reports(store: Store, waiting: WaitingReports | undefined, reprocessed: () => void): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/reports',
      {
        config: { scope: 'read' },
        schema: {
          summary: 'Reports, newest first',
          querystring: Type.Object({
            ...listParameters,
            group: Type.Optional(Type.String({ maxLength: 100 })),
            id: Type.Optional(
              Type.String({ minLength: 16, maxLength: 100, description: 'Reports with this id, alias or beginning of an id' }),
            ),
            limit: limitParameter,
          }),
          response: { 200: ReportPage, ...refusals },
        },
      },
      async (request) => {
        const { project, query, cursor, limit, group, id } = request.query
        const caller = callerOf(request)
        const slugs = await slugsFor(store, caller)
        if (id !== undefined) {
          const rows = (await store.index.find(id)).filter(({ projectId }) => maySee(caller, projectId))
          return { items: rows.map((row) => toReport(row, slugs)), next: null }
        }
        const projectId = await projectIdFor(store, caller, project)
        const { items, next } = await store.index.reports({
          limit,
          ...(projectId === undefined ? {} : { projectId }),
          ...(query === undefined ? {} : { query }),
          ...(cursor === undefined ? {} : { cursor }),
          ...(group === undefined ? {} : { groupId: group }),
        })
        return { items: items.map((row) => toReport(row, slugs)), next: next ?? null }
      },
    )

    app.get(
      '/reports/:id',
      { config: { scope: 'read' }, schema: { summary: 'One report', params: IdParameter, response: { 200: ReportDetail, ...refusals } } },
      async (request, reply) => {
        const caller = callerOf(request)
        const found = await findReport(store, waiting, caller, request.params.id)
        const body = await reportDetail(store, found, await slugsFor(store, caller))
        // Serialised already; a stream passes the schema's serialiser by.
        const untyped: FastifyReply = reply
        return untyped.type('application/json; charset=utf-8').send(body)
      },
    )

    app.get(
      '/reports/:id/attachments/:name',
      {
        config: { scope: 'read-dumps' },
        schema: {
          summary: 'The bytes of one file of a report; each reading is audited',
          params: Type.Object({ ...IdParameter.properties, name: Type.String({ maxLength: 1000 }) }),
          response: { 200: Type.Unknown({ description: 'application/octet-stream' }), ...refusals },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        const { id, name } = request.params
        const attachment = await openAttachment(store, await findReport(store, waiting, caller, id), name)
        try {
          await store.ledger.audit({ actor: actorOf(caller), action: 'read-dump', target: `${id}/${name}` })
        } catch (error) {
          attachment.body.destroy()
          throw error
        }
        return sendAttachment(reply, attachment)
      },
    )

    app.get(
      '/reports/:id/raw',
      {
        config: { scope: 'read' },
        schema: {
          summary: 'report.json as it was written when the report arrived',
          params: IdParameter,
          response: { 200: Type.Unknown({ description: 'application/json' }), ...refusals },
        },
      },
      async (request, reply) => {
        const row = await findStoredReport(store, callerOf(request), request.params.id)
        const bytes = await store.blobs.read(`${reportPrefix(row.id)}report.json`)
        if (bytes === undefined) throw new ApiProblem('unavailable', "The report's files cannot be read at the moment.")
        return reply.type('application/json; charset=utf-8').send(Buffer.from(bytes))
      },
    )

    app.post(
      '/reports/:id/reprocess',
      {
        config: { scope: 'triage' },
        schema: {
          summary: 'Process a report again; its last result stays until then',
          params: IdParameter,
          response: { 202: Type.Null(), ...refusals },
        },
      },
      async (request, reply) => {
        const row = await findStoredReport(store, callerOf(request), request.params.id)
        await requeue(store, [row.id], { atOnce: true })
        reprocessed()
        return reply.code(202).send(null)
      },
    )

    app.delete(
      '/reports/:id',
      {
        config: { scope: 'administer' },
        schema: { summary: 'Erase a report with its files, for ever', params: IdParameter, response: { 204: Type.Null(), ...refusals } },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        const found = await findReport(store, waiting, caller, request.params.id)
        const id = found.kind === 'stored' ? found.row.id : found.report.id
        await store.ledger.audit({ actor: actorOf(caller), action: 'erase', target: id })
        await store.erase(id)
        return reply.code(204).send(null)
      },
    )
  }
}

export function actorOf({ tokenId, name, by }: Caller): string {
  return `${by}:${tokenId} ${name}`
}

export async function slugsFor(store: Store, caller: Caller): Promise<Slugs> {
  return new Map((await visibleProjects(store.ledger, caller)).map(({ id, slug }) => [id, slug]))
}

/** Without a project, a token of the whole server means all of them, and a token of one project means that one. */
async function projectIdFor(store: Store, caller: Caller, slug: string | undefined): Promise<number | undefined> {
  if (slug !== undefined) return (await projectOf(store.ledger, caller, slug)).id
  if (caller.projects === undefined) return undefined
  const [only, ...more] = caller.projects
  if (only === undefined || more.length > 0)
    throw new ApiProblem('bad_request', 'The token sees several projects; say which one with ?project=SLUG.')
  return only
}
