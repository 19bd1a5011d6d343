import { createReadStream } from 'node:fs'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { fetchedFor } from '../sources/fetched-for.ts'
import { sourcesOf } from '../sources/symbol-source.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import { scriptReleaseId } from '../store/database/module-identity.ts'
import type { ModuleRow } from '../store/database/report-index.ts'
import type { AskedScript } from '../store/source-map-store.ts'
import type { Store } from '../store/store.ts'
import { type FetchedFile, type ModuleName, moduleKey } from '../store/symbol-fetches.ts'
import type { StoredSymbols } from '../store/symbol-store.ts'
import { findSymbols } from '../symbol-server/find-symbols.ts'
import { ApiProblem } from './api-error.ts'
import { askedSources } from './asked-sources.ts'
import { callerOf, projectOf, visibleProjects } from './caller.ts'
import { cursorParameter, limitParameter, projectParameter, refusals } from './parameters.ts'
import { type SymbolModule, SymbolModulePage } from './schema.ts'
import { lacksOf } from './symbol-lacks.ts'
import { time } from './to-report.ts'

/** Projects whose symbols are tried for a request that names none; a token that sees more has to say which. */
const maxProjectsTried = 100

export function symbols(store: Store): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/symbols',
      {
        config: { scope: 'read' },
        schema: {
          summary: "Modules of a project's reports with the state of their symbols, those that hurt most first",
          querystring: Type.Object({
            project: projectParameter,
            missing: Type.Optional(Type.Boolean({ description: 'Only modules without symbols' })),
            stored: Type.Optional(Type.Boolean({ description: 'The stored files instead, whether a report needs them or not' })),
            conflicts: Type.Optional(
              Type.Boolean({ description: 'Of the stored files those for whose id another one was kept aside, decided ones as well' }),
            ),
            cursor: cursorParameter,
            limit: limitParameter,
          }),
          response: { 200: SymbolModulePage, ...refusals },
        },
      },
      async (request) => {
        const { project, missing, stored, conflicts, cursor, limit } = request.query
        const { id: projectId, settings } = await projectOf(store.ledger, callerOf(request), project)
        const query = { projectId, limit, ...(cursor === undefined ? {} : { cursor }) }
        if (stored === true || conflicts === true) {
          const { items, next } = await store.symbols.list({ ...query, conflictsOnly: conflicts === true })
          return { items: items.map(fromFile), next: next ?? null }
        }
        const { items, next } = await store.index.modules({ ...query, ...(missing === undefined ? {} : { missingOnly: missing }) })
        const isOfScript = ({ debugId }: ModuleRow) => debugId.startsWith(scriptReleaseId(''))
        const scripts = items.filter(isOfScript)
        const maps = await store.sourceMaps.describe(projectId, scripts.map(askedScript))
        const files = await store.symbols.describe(
          projectId,
          items.filter((module) => !isOfScript(module)),
        )
        const fetched = await fetchedFor(
          store,
          projectId,
          items.filter((module) => !isOfScript(module) && !files.has(nameOf(module))),
        )
        const installations = await store.index.installationsLacking(
          projectId,
          items.filter((module) => module.missing),
        )
        const lacking = items.filter((module) => !isOfScript(module) && !files.has(nameOf(module)) && !fetched.has(moduleKey(module)))
        const askedOf = await askedSources(store, sourcesOf(settings.symbolSources), lacking)
        const fileOf = (module: ModuleRow) =>
          isOfScript(module) ? maps[scripts.indexOf(module)] : (files.get(nameOf(module)) ?? asFile(fetched.get(moduleKey(module))))
        return {
          items: items.map((module) => ({
            ...fromModule(module, fileOf(module)),
            installations: installations.get(moduleKey(module)) ?? 0,
            asked: lacking.includes(module) ? askedOf(module).filter(({ outcome }) => outcome !== null) : [],
          })),
          next: next ?? null,
        }
      },
    )

    app.get(
      '/symbols/:debugFile/:debugId/:file',
      {
        config: { scope: 'read' },
        schema: {
          summary: "A symbol file at its place in Breakpad's layout, for other people's tools",
          params: Type.Object({
            debugFile: Type.String({ maxLength: 256 }),
            debugId: Type.String({ maxLength: 64 }),
            file: Type.String({ maxLength: 300 }),
          }),
          querystring: Type.Object({
            project: Type.Optional(projectParameter),
            sha256: Type.Optional(Type.String({ maxLength: 64, description: 'One certain file of several, see /symbols/conflicts' })),
          }),
          response: { 200: Type.Unknown({ description: 'application/octet-stream' }), ...refusals },
        },
      },
      async (request, reply) => {
        const { debugFile, debugId, file } = request.params
        const caller = callerOf(request)
        const { project, sha256 } = request.query
        const module = { debugFile, debugId }
        const projects =
          project === undefined ? await visibleProjects(store.ledger, caller) : [await projectOf(store.ledger, caller, project)]
        if (file === `${debugFile.replace(/\.pdb$/i, '')}.sym`) {
          const tried = projects.slice(0, maxProjectsTried)
          const path =
            sha256 === undefined
              ? (await findSymbols(store, tried, [module])).get(moduleKey(module))
              : await certainFile(store, tried, module, sha256)
          if (path !== undefined) return reply.type('application/octet-stream').send(createReadStream(path))
        }
        throw new ApiProblem('not_found', 'There are no symbols for this module.')
      },
    )
  }
}

async function certainFile(
  store: Store,
  projects: readonly LedgerProject[],
  module: ModuleName,
  sha256: string,
): Promise<string | undefined> {
  for (const { id } of projects) {
    const path = await store.symbols.findFile(id, module, sha256)
    if (path !== undefined) return path
  }
  return undefined
}

function nameOf({ debugFile, debugId }: ModuleRow): string {
  return `${debugFile}/${debugId}`
}

/** Of a source, as a file of the store; its scope says whose it is. */
function asFile(file: FetchedFile | undefined): StoredFile | undefined {
  return file && { sha256: file.sha256, size: file.size, uploadedAt: file.at, lastUsedAt: file.usedAt, scope: `fetched:${file.source}` }
}

function askedScript({ debugFile, debugId, codeId }: ModuleRow): AskedScript {
  return { path: debugFile, release: debugId.slice(scriptReleaseId('').length), debugId: codeId }
}

type StoredFile = Pick<StoredSymbols, 'sha256' | 'size' | 'uploadedAt' | 'scope'> &
  Partial<Pick<StoredSymbols, 'os' | 'cpu' | 'conflicts' | 'settled' | 'contents' | 'lastUsedAt'>>

function fromModule(module: ModuleRow, file: StoredFile | undefined): SymbolModule {
  return {
    debugFile: module.debugFile,
    debugId: module.debugId,
    codeFile: module.codeFile ?? null,
    codeId: module.codeId ?? null,
    state: file === undefined ? 'missing' : (file.conflicts ?? 0) > 0 ? 'conflict' : 'present',
    reports: module.reports,
    lacking: module.lacking,
    installations: 0,
    firstSeen: time(module.firstSeen),
    lastSeen: time(module.lastSeen),
    asked: [],
    file: file === undefined ? null : toFile(file),
  }
}

function fromFile(file: StoredSymbols): SymbolModule {
  return {
    debugFile: file.debugFile,
    debugId: file.debugId,
    codeFile: file.codeFile ?? null,
    codeId: file.codeId ?? null,
    state: file.conflicts > 0 ? 'conflict' : 'present',
    reports: 0,
    lacking: 0,
    installations: 0,
    firstSeen: null,
    lastSeen: null,
    asked: [],
    file: toFile(file),
  }
}

function toFile({
  sha256,
  size,
  uploadedAt,
  scope,
  os,
  cpu,
  conflicts = 0,
  settled = 0,
  contents,
  lastUsedAt,
}: StoredFile): NonNullable<SymbolModule['file']> {
  return {
    ...{ sha256, size, uploadedAt: time(uploadedAt), scope, os: os ?? null, cpu: cpu ?? null, conflicts, settled },
    lastUsedAt: lastUsedAt === undefined ? null : time(lastUsedAt),
    lacks: lacksOf(contents),
  }
}
