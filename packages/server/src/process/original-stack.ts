import { readFileSync, statSync } from 'node:fs'
import type { JavaScriptFrame } from '@crashkeep/signature'
import { SymbolError } from '@crashkeep/symbols'
import { normalDebugId, openSourceMap, originalFrames, type SourceMap } from '@crashkeep/symbols/source-map'
import type { ProcessedScriptFrame } from '../api/schema.ts'
import { cut } from './bounded.ts'
import { processLimits } from './limits.ts'
import type { ModuleAsked, Summary, SummaryProblem } from './messages.ts'
import { scriptModule } from './script-module.ts'

export interface OriginalStack {
  readonly stack: ProcessedScriptFrame[]
  /** The scripts that frames lie in, as modules with or without symbols. */
  readonly modules: Summary['modules']
  readonly problems: readonly SummaryProblem[]
}

export interface StackSource {
  readonly release: string | undefined
  /** Debug ids by the address of the script. */
  readonly debugIds: ReadonlyMap<string, string>
  readonly findSymbols: (modules: readonly ModuleAsked[]) => Promise<readonly (string | null)[]>
}

type Found = { readonly state: 'used'; readonly map: SourceMap } | { readonly state: 'missing' | 'damaged' }

/** The frames with the places that people wrote, as far as there are source maps. */
export async function originalStack(frames: readonly JavaScriptFrame[], source: StackSource): Promise<OriginalStack> {
  const modules = new Map<string, ModuleAsked>()
  for (const { url, line } of frames) {
    if (url === null || line === null || modules.has(url) || modules.size >= processLimits.maxScriptsAsked) continue
    const module = scriptModule(url, source.release, source.debugIds.get(withoutQuery(url)))
    if (module !== undefined) modules.set(url, module)
  }
  const paths = await source.findSymbols([...modules.values()])
  const problems: SummaryProblem[] = []
  const maps = new Map([...modules.keys()].map((url, index) => [url, open(paths[index] ?? null, url, problems)]))
  const mapOf = ({ url }: { readonly url: string | null }) => {
    const found = maps.get(url ?? '')
    return found?.state === 'used' ? found.map : undefined
  }
  const originals = originalFrames(frames, mapOf)
  return {
    stack: frames.map((frame, index) => {
      const original = originals[index]
      const { function: name, url, line, column, raw } = frame
      return {
        ...{ function: name, url, line, column, raw },
        original:
          original === undefined
            ? null
            : { ...original, excerpt: original.excerpt ? { ...original.excerpt, lines: [...original.excerpt.lines] } : null },
        map: maps.get(url ?? '')?.state ?? null,
      }
    }),
    modules: [...modules].map(([url, module]) => ({ ...module, hadSymbols: maps.get(url)?.state === 'used' })),
    problems,
  }
}

function open(path: string | null, url: string, problems: SummaryProblem[]): Found {
  if (path === null) return { state: 'missing' }
  try {
    const { size } = statSync(path)
    if (size > processLimits.maxSourceMapBytes)
      throw new SymbolError('bad_source_map', `The source map has ${size} bytes; at most ${processLimits.maxSourceMapBytes} are read`)
    return { state: 'used', map: openSourceMap(readFileSync(path, 'utf8')) }
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error
    problems.push({ code: error.code, message: cut(`${error.message} (for ${url}).`, processLimits.maxProblemLength) })
    return { state: 'damaged' }
  }
}

/** For a signature and a sentence: what a person wrote, where it is known. */
export function writtenFrames(
  stack: readonly ProcessedScriptFrame[],
): { function: string | null; url: string | null; line: number | null }[] {
  return stack.map(({ original, ...frame }) =>
    original === null ? frame : { function: original.function, url: original.source, line: original.line },
  )
}

/** Queries are not kept of stacks, see intake/privacy.ts. */
function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? url
}

/** `debugIds` of a page's context or of a report's fields, as JSON or read: the address of each script and the debug id that its build gave it. */
export function debugIdsOf(told: unknown): ReadonlyMap<string, string> {
  const ids = new Map<string, string>()
  try {
    const given: unknown = typeof told === 'string' ? JSON.parse(told) : told
    if (typeof given !== 'object' || given === null) return ids
    for (const [url, id] of Object.entries(given)) {
      const normal = typeof id === 'string' ? normalDebugId(id) : undefined
      if (normal !== undefined) ids.set(withoutQuery(url), normal)
    }
  } catch {
    // The page's own mistake; the release may still find the maps.
  }
  return ids
}
