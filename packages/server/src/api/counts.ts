import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { ReleaseSessions } from '../store/database/report-index.ts'
import type { Store } from '../store/store.ts'
import { ApiProblem } from './api-error.ts'
import { callerOf, maySee, projectOf, requireWholeServer } from './caller.ts'
import { daysBySeries } from './days-by-series.ts'
import { projectParameter, queryParameter, refusals } from './parameters.ts'
import { DailyCounts, Facet, Rejection, Sessions } from './schema.ts'
import { time } from './to-report.ts'

/** A quarter fits the chart. */
const maxDays = 90

export function counts(store: Store, now: () => number): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/facets',
      {
        config: { scope: 'read' },
        schema: {
          summary: 'Most frequent values of version, platform, process type, reason and product',
          querystring: Type.Object({
            project: projectParameter,
            group: Type.Optional(Type.String({ maxLength: 100 })),
            query: queryParameter,
          }),
          response: { 200: Type.Object({ items: Type.Array(Facet) }), ...refusals },
        },
      },
      async (request) => {
        const caller = callerOf(request)
        const { id: projectId } = await projectOf(store.ledger, caller, request.query.project)
        const { group, query } = request.query
        if (group !== undefined) {
          const row = await store.index.groupRow(group)
          if (row === undefined || row.projectId !== projectId || !maySee(caller, projectId))
            throw new ApiProblem('not_found', 'There is no such group.')
        }
        const scope = { projectId, ...(group === undefined ? {} : { groupId: group }), ...(query === undefined ? {} : { query }) }
        return { items: await store.index.facets(scope) }
      },
    )

    app.get(
      '/daily',
      {
        config: { scope: 'read' },
        schema: {
          summary: 'Reports per UTC day, the five busiest versions apart',
          querystring: Type.Object({ project: projectParameter, days: Type.Integer({ minimum: 1, maximum: maxDays, default: 30 }) }),
          response: { 200: DailyCounts, ...refusals },
        },
      },
      async (request) => {
        const { id } = await projectOf(store.ledger, callerOf(request), request.query.project)
        return daysBySeries(await store.index.daily(id, request.query.days), request.query.days, now())
      },
    )

    app.get(
      '/sessions',
      {
        config: { scope: 'read' },
        schema: {
          summary: 'Sessions per release, and how many of them did not crash',
          querystring: Type.Object({ project: projectParameter, days: Type.Integer({ minimum: 1, maximum: maxDays, default: 14 }) }),
          response: { 200: Sessions, ...refusals },
        },
      },
      async (request) => {
        const { id } = await projectOf(store.ledger, callerOf(request), request.query.project)
        return withRates(await store.index.sessions(id, request.query.days))
      },
    )

    app.get(
      '/rejections',
      {
        config: { scope: 'read' },
        schema: {
          summary: 'What was refused, and why; without a project what belongs to none (unknown keys)',
          querystring: Type.Object({ project: Type.Optional(projectParameter) }),
          response: { 200: Type.Object({ items: Type.Array(Rejection) }), ...refusals },
        },
      },
      async (request) => {
        const caller = callerOf(request)
        const { project } = request.query
        if (project === undefined) {
          requireWholeServer(caller)
          if (!caller.scopes.includes('administer'))
            throw new ApiProblem('missing_scope', 'Refusals of no project need the scope administer.')
        }
        const projectId = project === undefined ? undefined : (await projectOf(store.ledger, caller, project)).id
        const rows = await store.index.rejections(projectId)
        return {
          items: rows.map(({ reason, count, lastAt, samples }) => ({
            reason,
            count,
            lastAt: time(lastAt),
            samples: samples.map(({ at, ...sample }) => ({ ...sample, at: time(at) })),
          })),
        }
      },
    )
  }
}

function withRates(releases: readonly ReleaseSessions[]): Sessions {
  const sum = (name: 'started' | 'errored' | 'crashed') => releases.reduce((total, each) => total + each[name], 0)
  const rated = <T extends Pick<ReleaseSessions, 'started' | 'crashed'>>(counts: T) => ({
    ...counts,
    crashFree: counts.started === 0 ? null : 1 - counts.crashed / counts.started,
  })
  return {
    items: releases.map(({ release, ...counts }) => ({ release: release ?? null, ...rated(counts) })),
    total: rated({ started: sum('started'), errored: sum('errored'), crashed: sum('crashed') }),
  }
}
