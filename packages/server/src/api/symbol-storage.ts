import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Store } from '../store/store.ts'
import { projectSymbolScope, sharedScope } from '../store/symbols/symbol-scope.ts'
import { callerOf, projectOf } from './caller.ts'
import { projectParameter, refusals } from './parameters.ts'
import { SymbolUsage } from './schema.ts'
import { time } from './to-report.ts'

/** How much a project's symbols take. */
export interface SymbolLimits {
  readonly cacheBytes: number
  readonly sharedBytes: number | null
  readonly sharedUnusedDays: number | null
}

export function symbolStorage(store: Store, limits: SymbolLimits): FastifyPluginAsyncTypebox {
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
        const caller = callerOf(request)
        const { id, settings } = await projectOf(store.ledger, caller, request.query.project)
        const scope = projectSymbolScope(id)
        const seesAll = caller.projects === undefined
        return {
          ...(await usageOf(store, scope, settings.symbolQuotaBytes, settings.symbolsUnusedDays)),
          maxFiles: settings.symbolQuotaFiles,
          shared: seesAll ? await usageOf(store, sharedScope, limits.sharedBytes, limits.sharedUnusedDays) : null,
          fetched: seesAll ? { ...(await store.fetches.usage()), maxBytes: limits.cacheBytes } : null,
        }
      },
    )
  }
}

async function usageOf(store: Store, scope: string, maxBytes: number | null, unusedDays: number | null) {
  const { files, bytes } = await store.symbols.usage(scope)
  const removed = await store.symbols.removed(scope)
  return {
    ...{ files, bytes, maxBytes, unusedDays },
    removed: removed === undefined ? null : { files: removed.files, bytes: removed.bytes, lastAt: time(removed.lastAt) },
  }
}
