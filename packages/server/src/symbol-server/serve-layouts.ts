/** Files at the places where debuggers and stackwalkers look for them: Breakpad's and Microsoft's layout, and debuginfod's. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiProblem } from '../api/api-error.ts'
import type { Store } from '../store/store.ts'
import { type ModuleName, moduleKey } from '../store/symbol-fetches.ts'
import { projectSymbolScope, sharedScope } from '../store/symbols/symbol-scope.ts'
import { elfSection } from './elf-section.ts'
import { findSymbols } from './find-symbols.ts'
import { symbolServerLimits } from './limits.ts'
import { formOf, type Place, placeOf } from './place.ts'
import { sendBytes, sendFile } from './send-file.ts'
import { sourcePath } from './source-path.ts'
import { storedCabinet } from './stored-cabinet.ts'
import { visibleProjects } from './visible-scopes.ts'

const binary = 'application/octet-stream'

export function serveLayouts(app: FastifyInstance, store: Store): void {
  const symbols = async (request: FastifyRequest<{ Params: { '*': string } }>, reply: FastifyReply) => {
    const place = placeOf(request.params['*'])
    const projects = await visibleProjects(store, request, place?.project)
    const form = place && formOf(place)
    if (place === undefined || form === undefined) throw notHere()
    const { file, id } = place
    if (form === 'sym') {
      for (const module of await modulesAt(store, place)) {
        const path = (await findSymbols(store, projects, [module])).get(moduleKey(module))
        if (path !== undefined) return sendFile(request, reply, { path, contentType: 'text/plain; charset=utf-8', packs: true })
      }
      throw notHere()
    }
    const kind = /\.pdb$/i.test(file) ? 'pdb' : 'pe'
    const original = await store.originals.find(scopesOf(projects), { kind, id, name: file })
    if (original === undefined) throw notHere()
    if (form === 'original') return sendFile(request, reply, { path: original.path, contentType: binary })
    const cabinet = storedCabinet(original.path, original.name, original.size)
    if (cabinet === undefined) throw notHere()
    const open = () => Readable.from(cabinet.bytes, { objectMode: false })
    return sendBytes(request, reply, {
      size: cabinet.size,
      etag: `${original.sha256}.cab`,
      contentType: 'application/vnd.ms-cab-compressed',
      open,
    })
  }
  // Also what is never there: a debugger that asks for `index2.txt` shall learn so at once, and not get a page.
  app.get<{ Params: { '*': string } }>('/symbols/*', symbols)

  const buildId = async (request: FastifyRequest<{ Params: { project?: string; id: string; kind: string } }>, reply: FastifyReply) => {
    const { project, id, kind } = request.params
    const projects = await visibleProjects(store, request, project)
    if ((kind !== 'debuginfo' && kind !== 'executable') || !isBuildId(id)) throw notHere()
    const original = await store.originals.find(scopesOf(projects), { kind, id })
    if (original === undefined) throw notHere()
    reply.headers(debuginfodHeaders(original.name, original.size))
    return sendFile(request, reply, { path: original.path, contentType: binary })
  }
  /** Of the debug file, or where that has the section's name only, of the program. */
  const section = async (request: FastifyRequest<{ Params: { project?: string; id: string; name: string } }>, reply: FastifyReply) => {
    const { project, id, name } = request.params
    const projects = await visibleProjects(store, request, project)
    if (!isBuildId(id) || name === '' || name.length > symbolServerLimits.maxNameLength) throw notHere()
    for (const kind of ['debuginfo', 'executable'] as const) {
      const original = await store.originals.find(scopesOf(projects), { kind, id })
      const piece = original && (await elfSection(original.path, name))
      if (original === undefined || piece === undefined) continue
      reply.headers(debuginfodHeaders(original.name, piece.length))
      return sendFile(request, reply, { path: original.path, contentType: binary, piece })
    }
    throw notHere()
  }
  const source = async (request: FastifyRequest<{ Params: { project?: string; id: string; '*': string } }>, reply: FastifyReply) => {
    const { project, id } = request.params
    const projects = await visibleProjects(store, request, project)
    if (!isBuildId(id)) throw notHere()
    const original = await store.originals.find(scopesOf(projects), { kind: 'source', id, name: sourcePath(request.params['*']) })
    if (original === undefined) throw notHere()
    reply.headers(debuginfodHeaders(original.name, original.size))
    return sendFile(request, reply, { path: original.path, contentType: binary, packs: true })
  }
  for (const url of ['/buildid/:id/source/*', '/symbols/:project/buildid/:id/source/*'])
    app.get<{ Params: { project?: string; id: string; '*': string } }>(url, source)

  for (const url of ['/buildid/:id/section/:name', '/symbols/:project/buildid/:id/section/:name'])
    app.get<{ Params: { project?: string; id: string; name: string } }>(url, section)

  for (const url of ['/buildid/:id/:kind', '/symbols/:project/buildid/:id/:kind'])
    app.get<{ Params: { project?: string; id: string; kind: string } }>(url, buildId)
}

/** By debug file and id; a code file with its code id leads to the same symbols. */
async function modulesAt(store: Store, { file, id, name }: Place): Promise<ModuleName[]> {
  const stem = name.slice(0, -'.sym'.length).toLowerCase()
  const lower = file.toLowerCase()
  const named = (ending: string) => lower.endsWith(ending) && stem === lower.slice(0, -ending.length)
  if (stem !== lower && !named('.pdb') && !named('.dll') && !named('.exe')) return []
  return [{ debugFile: file, debugId: id }, ...(await store.symbols.byCode(file, id))]
}

function scopesOf(projects: readonly { readonly id: number }[]): string[] {
  return projects.length === 0 ? [] : [...projects.map(({ id }) => projectSymbolScope(id)), sharedScope]
}

function isBuildId(text: string): boolean {
  return /^[0-9a-f]{2,128}$/i.test(text)
}

function debuginfodHeaders(name: string, size: number) {
  return { 'x-debuginfod-size': size, 'x-debuginfod-file': name.replaceAll(/[^\x20-\x7e]/g, '_') }
}

function notHere(): ApiProblem {
  return new ApiProblem('not_found', 'There are no symbols for this module.')
}
