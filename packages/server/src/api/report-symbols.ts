import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { fetchedFor } from '../sources/fetched-for.ts'
import { sourcesOf } from '../sources/symbol-source.ts'
import { scriptReleaseId } from '../store/database/module-identity.ts'
import type { Store } from '../store/store.ts'
import { moduleKey } from '../store/symbol-fetches.ts'
import { askedSources } from './asked-sources.ts'
import { callerOf } from './caller.ts'
import { findStoredReport } from './find-report.ts'
import { refusals } from './parameters.ts'
import { type ModuleAnswers, ReportSymbols } from './schema.ts'

/** Per module of a report: whether there are symbols now, which sources were asked, and what each answered. */
export function reportSymbols(store: Store): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/reports/:id/symbols',
      {
        config: { scope: 'read' },
        schema: {
          summary: "Symbols of the modules that a report's stacks went through: what is stored, who was asked, what was answered",
          params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
          response: { 200: ReportSymbols, ...refusals },
        },
      },
      async (request) => {
        const { id, projectId } = await findStoredReport(store, callerOf(request), request.params.id)
        const project = await store.ledger.projectById(projectId)
        const sources = project === undefined ? [] : sourcesOf(project.settings.symbolSources)
        const modules = (await store.index.reportModules(id)).filter(({ debugId }) => !debugId.startsWith(scriptReleaseId('')))
        const stored = await store.symbols.describe(projectId, modules)
        const fetched = await fetchedFor(store, projectId, modules)
        const waiting = await store.fetches.waiting(projectId, modules)
        const askedOf = await askedSources(store, sources, modules)
        return {
          sourcesEnabled: sources.length > 0,
          modules: modules.map((module): ModuleAnswers => {
            const { debugFile, debugId, codeFile, codeId, hadSymbols } = module
            const own = stored.get(`${debugFile}/${debugId}`)?.scope
            return {
              debugFile,
              debugId,
              codeFile: codeFile ?? null,
              codeId: codeId ?? null,
              hadSymbols,
              waiting: waiting.has(moduleKey(module)),
              stored: own === undefined ? (fetched.get(moduleKey(module))?.source ?? null) : own === 'shared' ? 'shared' : 'project',
              asked: askedOf(module),
            }
          }),
        }
      },
    )
  }
}
