import { placesAt, type SymbolSource } from '../sources/symbol-source.ts'
import type { Store } from '../store/store.ts'
import { moduleKey, type SourceAnswer } from '../store/symbol-fetches.ts'
import type { ModuleAnswers } from './schema.ts'
import { time } from './to-report.ts'

type Asked = ModuleAnswers['asked'][number]
type Module = Parameters<typeof placesAt>[1]

/** What each source answered about a module, in their order; an outcome of null where one was not asked. */
export async function askedSources(
  store: Store,
  sources: readonly SymbolSource[],
  modules: readonly Module[],
): Promise<(module: Module) => Asked[]> {
  const found = sources.length === 0 || modules.length === 0 ? [] : await store.fetches.answers(modules)
  const answers = new Map(found.map((answer) => [`${answer.source} ${moduleKey(answer)}`, answer]))
  return (module) => sources.map((source) => toAsked(source, module, answers.get(`${source.key} ${moduleKey(module)}`)))
}

function toAsked(source: SymbolSource, module: Module, answer: SourceAnswer | undefined): Asked {
  const { key, title } = source
  if (answer === undefined || placesAt(source, module).length === 0)
    return { source: key, title, outcome: null, detail: null, place: null, askedAt: null }
  const { outcome, detail, place, askedAt } = answer
  return { source: key, title, outcome, detail: detail ?? null, place: place ?? null, askedAt: time(askedAt) }
}
