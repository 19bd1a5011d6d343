import type { ProcessedBrowserCrash } from '../api/schema.ts'
import type { BrowserReport } from './browser-report.ts'

export interface ToldDocument extends BrowserReport {
  /** Unix milliseconds. */
  readonly receivedAt: number
}

export interface MergedDeath {
  readonly main: ToldDocument
  readonly others: ProcessedBrowserCrash['documents']
}

/**
 * What several reports of one death say together. The browser's own word goes before what another page found out, the first before later ones;
 * of the same document the later word adds what the first lacks.
 */
export function mergeDocuments(documents: readonly [ToldDocument, ...ToldDocument[]]): MergedDeath {
  const [first] = documents
  const main = documents.find(({ crash }) => crash.toldBy === null) ?? first
  const others = documents.filter((document) => document !== main)
  const page = main.crash.context.page
  const samePage = others.filter(({ crash }) => page !== undefined && crash.context.page === page)
  // `detected_by` is about the other's finding, not about the page.
  const missing = samePage.flatMap(({ crash }) => Object.entries(crash.context)).filter(([name]) => name !== 'detected_by')
  const context = nullPrototype([...missing, ...Object.entries(main.crash.context)])
  return {
    main: { ...main, crash: { ...main.crash, context } },
    others: others.map(({ crash, receivedAt }) => ({
      url: crash.url,
      reason: crash.reason,
      isTopLevel: crash.isTopLevel,
      visibilityState: crash.visibilityState,
      toldBy: crash.toldBy,
      at: new Date(receivedAt - (crash.ageMs ?? 0)).toISOString(),
      context: crash.context,
    })),
  }
}

function nullPrototype(entries: readonly (readonly [string, string])[]): Record<string, string> {
  const result: Record<string, string> = Object.create(null)
  for (const [name, value] of entries) result[name] = value
  return result
}
