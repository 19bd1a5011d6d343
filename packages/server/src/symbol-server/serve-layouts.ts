/** Files at the places where debuggers and stackwalkers look for them: Breakpad's and Microsoft's layout, and debuginfod's. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiProblem } from '../api/api-error.ts'
import type { Store } from '../store/store.ts'
import { moduleKey } from '../store/symbol-fetches.ts'
import { projectSymbolScope, sharedScope } from '../store/symbols/symbol-scope.ts'
import { findSymbols } from './find-symbols.ts'
import { symbolServerLimits } from './limits.ts'
import { sendFile } from './send-file.ts'
import { visibleProjects } from './visible-scopes.ts'

interface Place {
  readonly project?: string
  readonly file: string
  readonly id: string
  readonly name: string
}

export function serveLayouts(app: FastifyInstance, store: Store): void {
  const symbols = async (request: FastifyRequest<{ Params: Place }>, reply: FastifyReply) => {
    const { project, file, id, name } = request.params
    const { maxNameLength } = symbolServerLimits
    const projects = await visibleProjects(store, request, project)
    if (file.length > maxNameLength || name.length > maxNameLength || !/^[0-9a-f]{1,80}$/i.test(id)) throw notHere()
    if (/\.sym$/i.test(name)) {
      for (const { debugFile, debugId } of await modulesAt(store, { file, id, name })) {
        const module = { debugFile, debugId }
        const path = (await findSymbols(store, projects, [module])).get(moduleKey(module))
        if (path !== undefined) return sendFile(request, reply, path, 'text/plain; charset=utf-8')
      }
      throw notHere()
    }
    if (name.toLowerCase() !== file.toLowerCase()) throw notHere()
    const kind = /\.pdb$/i.test(name) ? 'pdb' : 'pe'
    const original = await store.originals.find(scopesOf(projects), { kind, id, name })
    if (original === undefined) throw notHere()
    return sendFile(request, reply, original.path, 'application/octet-stream')
  }
  for (const url of ['/symbols/:file/:id/:name', '/symbols/:project/:file/:id/:name']) app.get<{ Params: Place }>(url, symbols)

  const buildId = async (request: FastifyRequest<{ Params: { project?: string; id: string; kind: string } }>, reply: FastifyReply) => {
    const { project, id, kind } = request.params
    const projects = await visibleProjects(store, request, project)
    if ((kind !== 'debuginfo' && kind !== 'executable') || !/^[0-9a-f]{2,128}$/i.test(id)) throw notHere()
    const original = await store.originals.find(scopesOf(projects), { kind, id })
    if (original === undefined) throw notHere()
    reply.headers({ 'x-debuginfod-size': original.size, 'x-debuginfod-file': original.name.replaceAll(/[^\x20-\x7e]/g, '_') })
    return sendFile(request, reply, original.path, 'application/octet-stream')
  }
  const source = async (request: FastifyRequest<{ Params: { project?: string; id: string; '*': string } }>, reply: FastifyReply) => {
    const { project, id } = request.params
    const projects = await visibleProjects(store, request, project)
    if (!/^[0-9a-f]{2,128}$/i.test(id)) throw notHere()
    const name = `/${request.params['*'].replace(/^\/+/, '')}`
    const original = await store.originals.find(scopesOf(projects), { kind: 'source', id, name })
    if (original === undefined) throw notHere()
    return sendFile(request, reply, original.path, 'application/octet-stream')
  }
  for (const url of ['/buildid/:id/source/*', '/symbols/:project/buildid/:id/source/*'])
    app.get<{ Params: { project?: string; id: string; '*': string } }>(url, source)

  for (const url of ['/buildid/:id/:kind', '/symbols/:project/buildid/:id/:kind'])
    app.get<{ Params: { project?: string; id: string; kind: string } }>(url, buildId)
}

/** By debug file and id; a code file with its code id leads to the same symbols. */
async function modulesAt(store: Store, { file, id, name }: Omit<Place, 'project'>) {
  const stem = name.slice(0, -'.sym'.length).toLowerCase()
  const lower = file.toLowerCase()
  const named = (ending: string) => lower.endsWith(ending) && stem === lower.slice(0, -ending.length)
  if (stem !== lower && !named('.pdb') && !named('.dll') && !named('.exe')) return []
  return [{ debugFile: file, debugId: id }, ...(await store.symbols.byCode(file, id))]
}

function scopesOf(projects: readonly { readonly id: number }[]): string[] {
  return projects.length === 0 ? [] : [...projects.map(({ id }) => projectSymbolScope(id)), sharedScope]
}

function notHere(): ApiProblem {
  return new ApiProblem('not_found', 'There are no symbols for this module.')
}
