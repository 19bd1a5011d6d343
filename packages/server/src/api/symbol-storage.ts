import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Store } from '../store/store.ts'
import { projectSymbolScope } from '../store/symbols/symbol-list.ts'
import { callerOf, projectOf } from './caller.ts'
import { projectParameter, refusals } from './parameters.ts'
import { SymbolUsage } from './schema.ts'
import { time } from './to-report.ts'

/** How much a project's symbols take. */
export function symbolStorage(store: Store): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/symbols/usage',
      {
        config: { scope: 'read' },
        schema: {
          summary: "Files and bytes of a project's symbols and source maps, its quota, and what was removed because no report needed it",
          querystring: Type.Object({ project: projectParameter }),
          response: { 200: SymbolUsage, ...refusals },
        },
      },
      async (request) => {
        const { id, settings } = await projectOf(store.ledger, callerOf(request), request.query.project)
        const scope = projectSymbolScope(id)
        const { files, bytes } = await store.symbols.usage(scope)
        const removed = await store.symbols.removed(scope)
        return {
          ...{ files, bytes, maxFiles: settings.symbolQuotaFiles, maxBytes: settings.symbolQuotaBytes },
          unusedDays: settings.symbolsUnusedDays,
          removed: removed === undefined ? null : { files: removed.files, bytes: removed.bytes, lastAt: time(removed.lastAt) },
        }
      },
    )
  }
}
