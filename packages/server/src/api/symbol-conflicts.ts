import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { requeue } from '../process/requeue.ts'
import type { Store } from '../store/store.ts'
import type { SymbolConflict } from '../store/symbol-store.ts'
import { ownerOf, sharedName } from '../symbols-in/symbol-owner.ts'
import { ApiProblem } from './api-error.ts'
import { callerOf, projectOf } from './caller.ts'
import { projectParameter, refusals } from './parameters.ts'
import { actorOf } from './reports.ts'
import { SymbolConflicts, SymbolsPreferred } from './schema.ts'
import { lacksOf } from './symbol-lacks.ts'
import { time } from './to-report.ts'

const moduleParameters = { debugFile: Type.String({ maxLength: 1024 }), debugId: Type.String({ maxLength: 64 }) }

/** Different files for one id: one of them is wrong, and a person says which one serves. */
export function symbolConflicts(store: Store, reprocessed: () => void): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/symbols/conflicts',
      {
        config: { scope: 'read' },
        schema: {
          summary: 'Files of a module that differ from the one that serves it: kept aside, and not used',
          querystring: Type.Object({ project: projectParameter, ...moduleParameters }),
          response: { 200: SymbolConflicts, ...refusals },
        },
      },
      async (request) => {
        const { project, debugFile, debugId } = request.query
        const { id } = await projectOf(store.ledger, callerOf(request), project)
        const { serving, aside } = await store.symbols.conflicts(id, { debugFile, debugId })
        return { serving: serving.map(toConflict), items: aside.map(toConflict) }
      },
    )

    app.post(
      '/symbols/prefer',
      {
        config: { scope: 'triage' },
        schema: {
          summary:
            'Has one of several files for an id serve from now on, or confirms the one that does; reports that went through the module are processed again',
          querystring: Type.Object({ project: Type.Optional(projectParameter), shared: Type.Optional(Type.Boolean()) }),
          body: Type.Object({ ...moduleParameters, sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }, { additionalProperties: false }),
          response: { 200: SymbolsPreferred, ...refusals },
        },
      },
      async (request) => {
        const { project, shared } = request.query
        if ((project === undefined) === (shared !== true))
          throw new ApiProblem('bad_request', 'Say whose symbols these are: ?project=SLUG or ?shared=true.')
        const caller = callerOf(request)
        const { scope, projectId } = await ownerOf(store.ledger, caller, project ?? sharedName)
        const { debugFile, debugId, sha256 } = request.body
        const outcome = await store.symbols.prefer(scope, { debugFile, debugId }, sha256, actorOf(caller))
        if (outcome === 'unknown') throw new ApiProblem('not_found', 'No file with this hash was kept for this module.')
        // Also when it served already and nothing was open: whoever was stopped after the change asks once more.
        const reports = outcome === 'confirmed' ? [] : await store.index.reportsThrough({ debugFile, debugId }, projectId)
        await store.ledger.audit({ actor: actorOf(caller), action: 'prefer-symbols', target: `${scope} ${debugFile} ${debugId} ${sha256}` })
        await requeue(store, reports)
        if (reports.length > 0) reprocessed()
        return { debugFile, debugId, sha256, reprocessing: reports.length }
      },
    )
  }
}

function toConflict({ uploadedAt, contents, settledAt, settledBy, ...file }: SymbolConflict) {
  return {
    ...{ ...file, uploadedAt: time(uploadedAt), lacks: lacksOf(contents) },
    ...{ settledAt: settledAt === undefined ? null : time(settledAt), settledBy: settledBy ?? null },
  }
}
