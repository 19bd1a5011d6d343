import type { ProcessedBrowserCrash } from '@crashkeep/server/api-types'
import { isObject, numberAt, objectAt, objectsAt, textAt } from './read-json.ts'

export function readBrowserCrash(processed: unknown): ProcessedBrowserCrash | undefined {
  if (!isObject(processed) || (processed.kind !== 'browser' && processed.kind !== 'javascript')) return undefined
  const topLevel = processed.isTopLevel
  return {
    kind: processed.kind,
    reason: textAt(processed, 'reason') ?? null,
    url: textAt(processed, 'url') ?? null,
    userAgent: textAt(processed, 'userAgent') ?? null,
    ageMs: numberAt(processed, 'ageMs') ?? null,
    isTopLevel: typeof topLevel === 'boolean' ? topLevel : null,
    visibilityState: textAt(processed, 'visibilityState') ?? null,
    context: Object.fromEntries(
      Object.entries(objectAt(processed, 'context')).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    toldBy: textAt(processed, 'toldBy') ?? null,
    stack: readScriptFrames(processed, 'stack'),
    stackMissing: textAt(processed, 'stackMissing') ?? null,
    neighbours: objectsAt(processed, 'neighbours').map((neighbour) => ({
      type: textAt(neighbour, 'type') ?? 'unknown',
      url: textAt(neighbour, 'url') ?? null,
      body: neighbour.body ?? null,
    })),
    documents: objectsAt(processed, 'documents').map((document) => ({
      url: textAt(document, 'url') ?? null,
      reason: textAt(document, 'reason') ?? null,
      isTopLevel: typeof document.isTopLevel === 'boolean' ? document.isTopLevel : null,
      visibilityState: textAt(document, 'visibilityState') ?? null,
      toldBy: textAt(document, 'toldBy') ?? null,
      at: textAt(document, 'at') ?? '',
      context: {},
    })),
    extra: objectAt(processed, 'extra'),
  }
}

type ScriptFrame = ProcessedBrowserCrash['stack'][number]

export function readScriptFrames(from: Readonly<Record<string, unknown>>, name: string): ScriptFrame[] {
  return objectsAt(from, name).map((frame) => ({
    function: textAt(frame, 'function') ?? null,
    url: textAt(frame, 'url') ?? null,
    line: numberAt(frame, 'line') ?? null,
    column: numberAt(frame, 'column') ?? null,
    raw: textAt(frame, 'raw') ?? '',
    original: isObject(frame.original) ? readOriginal(frame.original) : null,
    map: textAt(frame, 'map') ?? null,
  }))
}

function readOriginal(original: Readonly<Record<string, unknown>>): ScriptFrame['original'] {
  const { excerpt } = original
  const lines = isObject(excerpt) && Array.isArray(excerpt.lines) ? excerpt.lines.filter((line) => typeof line === 'string') : []
  return {
    function: textAt(original, 'function') ?? null,
    source: textAt(original, 'source') ?? '',
    line: numberAt(original, 'line') ?? 0,
    column: numberAt(original, 'column') ?? 0,
    ignored: original.ignored === true,
    excerpt: isObject(excerpt) && lines.length > 0 ? { firstLine: numberAt(excerpt, 'firstLine') ?? 1, lines } : null,
  }
}
