import type { Store } from '../store/store.ts'
import type { FetchedFile, ModuleName } from '../store/symbol-fetches.ts'
import { sourcesOf } from './symbol-source.ts'

/** What the sources of a project have given for these modules, keyed as `moduleKey`; nothing while they are switched off. */
export async function fetchedFor(store: Store, projectId: number, modules: readonly ModuleName[]): Promise<Map<string, FetchedFile>> {
  const settings = (await store.ledger.projectById(projectId))?.settings.symbolSources
  const sources = settings === undefined ? [] : sourcesOf(settings)
  return sources.length === 0 || modules.length === 0
    ? new Map()
    : store.fetches.find(
        sources.map(({ key }) => key),
        modules,
      )
}
