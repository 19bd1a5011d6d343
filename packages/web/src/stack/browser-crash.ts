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
    stack: objectsAt(processed, 'stack').map((frame) => ({
      function: textAt(frame, 'function') ?? null,
      url: textAt(frame, 'url') ?? null,
      line: numberAt(frame, 'line') ?? null,
      column: numberAt(frame, 'column') ?? null,
      raw: textAt(frame, 'raw') ?? '',
    })),
    stackMissing: textAt(processed, 'stackMissing') ?? null,
    neighbours: objectsAt(processed, 'neighbours').map((neighbour) => ({
      type: textAt(neighbour, 'type') ?? 'unknown',
      url: textAt(neighbour, 'url') ?? null,
      body: neighbour.body ?? null,
    })),
    extra: objectAt(processed, 'extra'),
  }
}
