import type { SymbolModule, SymbolModulePage, SymbolsMissing } from '@crashkeep/server/api-types'
import { RefusedError, type ServerConnection } from '../server-connection.ts'
import type { FoundModule } from './find-modules.ts'
import { maxModulesPerRequest } from './limits.ts'

type Lack = SymbolsMissing['missing'][number]['lacks'][number]
/** Pages that are followed: a project does not name more modules than these hold. */
const maxPages = 200

/** The modules of which the server lacks something that their files have; all, where it is too old to be asked. */
export async function missingModules(
  server: ServerConnection,
  query: URLSearchParams,
  modules: readonly FoundModule[],
): Promise<FoundModule[]> {
  const missing: FoundModule[] = []
  for (let at = 0; at < modules.length; at += maxModulesPerRequest) {
    const some = modules.slice(at, at + maxModulesPerRequest)
    const lacks = await ask(server, query, some)
    if (lacks === undefined) return [...modules]
    missing.push(...some.filter((module) => has(module, lacks.get(keyOf(module)) ?? [])))
  }
  return missing
}

async function ask(
  server: ServerConnection,
  query: URLSearchParams,
  modules: readonly FoundModule[],
): Promise<Map<string, Lack[]> | undefined> {
  const json = { modules: modules.map(({ debugFile, debugId }) => ({ debugFile, debugId })) }
  try {
    const { missing } = await server.call<SymbolsMissing>('POST', `/symbols/missing?${query}`, { json })
    return new Map(missing.map((module) => [keyOf(module), module.lacks]))
  } catch (error) {
    if (error instanceof RefusedError && error.status === 404) return undefined
    throw error
  }
}

function has({ main, others }: FoundModule, lacks: readonly Lack[]): boolean {
  const files = [main, ...others].map(({ module }) => module)
  return lacks.some((lack) => lack === 'file' || files.some(({ hasCode, hasDebug }) => (lack === 'unwind' ? hasCode : hasDebug)))
}

function keyOf({ debugFile, debugId }: { readonly debugFile: string; readonly debugId: string }): string {
  return `${debugFile}/${debugId}`
}

/** Modules of a project's reports with the state of their symbols, those that hurt most first. */
export async function reportsModules(
  server: ServerConnection,
  project: string,
  options: { readonly missing?: boolean; readonly stored?: boolean; readonly conflicts?: boolean } = {},
): Promise<SymbolModule[]> {
  const modules: SymbolModule[] = []
  let cursor: string | null = null
  for (let page = 0; page < maxPages; page++) {
    const query = new URLSearchParams({
      project,
      limit: '100',
      ...(options.missing ? { missing: 'true' } : {}),
      ...(options.stored ? { stored: 'true' } : {}),
      ...(options.conflicts ? { conflicts: 'true' } : {}),
      ...(cursor === null ? {} : { cursor }),
    })
    const answer: SymbolModulePage = await server.call<SymbolModulePage>('GET', `/symbols?${query}`)
    modules.push(...answer.items)
    cursor = answer.next
    if (cursor === null) break
  }
  return modules
}

/** What reports lack; undefined where the token may upload only. */
export async function lackingModules(server: ServerConnection, project: string): Promise<SymbolModule[] | undefined> {
  try {
    return await reportsModules(server, project, { missing: true })
  } catch (error) {
    if (error instanceof RefusedError && error.status === 403) return undefined
    throw error
  }
}
