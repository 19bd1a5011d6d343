import { fetchedFor } from '../sources/fetched-for.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import type { Store } from '../store/store.ts'
import { type ModuleName, moduleKey } from '../store/symbol-fetches.ts'

/** Paths of symbol files, keyed as `moduleKey`: of each project the own, the shared, and what its sources gave. */
export async function findSymbols(
  store: Store,
  projects: readonly LedgerProject[],
  modules: readonly ModuleName[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const left = () => modules.filter((module) => !found.has(moduleKey(module)))
  for (const { id } of projects) {
    const described = await store.symbols.describe(id, left())
    for (const module of left()) {
      if (!described.has(`${module.debugFile}/${module.debugId}`)) continue
      const path = await store.symbols.find(id, module)
      if (path !== undefined) found.set(moduleKey(module), path)
    }
    for (const [key, { path }] of await fetchedFor(store, id, left())) found.set(key, path)
    if (left().length === 0) break
  }
  return found
}
