import type { ProcessedBrowserCrash } from '../api/schema.ts'
import { cut } from './bounded.ts'
import { processLimits } from './limits.ts'
import { UnreadableReport } from './unreadable-report.ts'

/** Chromium sends this sentence instead of a stack when the page lacks `Document-Policy: include-js-call-stacks-in-crash-reports`. */
const notOptedIn = 'Website owner has not opted in for JS call stacks in crash reports.'

/** Members of `body` that are not context; every spelling that a browser or a draft of the specification used. */
const knownMembers = new Set([
  ...['reason', 'stack', 'crash_report_api', 'is_top_level', 'isTopLevel', 'visibility_state', 'page_visibility', 'visibilityState'],
  ...['sourceFile', 'crashId'],
])
/** Members of drafts that say nothing of the crash. */
const shownAsExtra = new Set(['sourceFile', 'crashId'])
const maxExtraMembers = 100
const maxExtraLength = 8192
const maxContextEntries = 1000
/** A context's serialisation is at most 64 KiB in Chromium. */
const maxContextLength = 65_536
const maxUrlLength = 8192
const maxStackLength = 32_768

export interface BrowserReport {
  readonly crash: Omit<ProcessedBrowserCrash, 'stack' | 'documents'>
  /** Empty where `crash.stackMissing` says why. */
  readonly stackText: string
}

/** Reads what the dialect kept: `{report, neighbours}`, all of it the sender's word. */
export function readBrowserReport(text: string): BrowserReport {
  const kept = parse(text)
  const report = object(kept.report)
  if (report === undefined) throw new UnreadableReport('not_a_report', 'The file holds no report of a browser.')
  const body = object(report.get('body')) ?? new Map<string, unknown>()
  const context = contextOf(body)
  const stack = string(body.get('stack'), maxStackLength)
  const stackMissing = stack === null || stack.trim() === '' ? 'not_sent' : stack.trim() === notOptedIn ? 'not_opted_in' : null
  return {
    crash: {
      kind: 'browser',
      reason: string(body.get('reason'), 200),
      url: string(report.get('url'), maxUrlLength),
      userAgent: string(report.get('user_agent'), 2000),
      ageMs: number(report.get('age')),
      isTopLevel: boolean(body.get('is_top_level') ?? body.get('isTopLevel')),
      visibilityState: string(body.get('visibility_state') ?? body.get('page_visibility') ?? body.get('visibilityState'), 100),
      toldBy: cutOrNull(context.detected_by),
      context,
      stackMissing,
      neighbours: neighboursOf(kept.neighbours),
      extra: extraOf(body),
    },
    stackText: stackMissing === null && stack !== null ? stack : '',
  }
}

function parse(text: string): { report: unknown; neighbours: unknown } {
  try {
    const kept = object(JSON.parse(text))
    return { report: kept?.get('report'), neighbours: kept?.get('neighbours') }
  } catch (cause) {
    throw new UnreadableReport('not_json', 'The file is not JSON.', { cause })
  }
}

/** Drafts put the context's entries into the body itself, so unknown strings there are context too. A Map keeps `__proto__` an ordinary key. */
function contextOf(body: ReadonlyMap<string, unknown>): Record<string, string> {
  const entries = [...body].filter(([name, value]) => !knownMembers.has(name) && typeof value === 'string')
  const context = object(body.get('crash_report_api'))
  if (context !== undefined) entries.push(...context)
  return nullPrototype(
    entries
      .slice(0, maxContextEntries)
      .map(([name, value]) => [name, cut(typeof value === 'string' ? value : JSON.stringify(value), maxContextLength)]),
  )
}

/** JSON.stringify writes an own `__proto__` of such an object, and reading one never reaches a prototype. */
function nullPrototype(entries: readonly (readonly [string, string])[]): Record<string, string> {
  const result: Record<string, string> = Object.create(null)
  for (const [name, value] of entries) result[name] = value
  return result
}

function cutOrNull(text: string | undefined): string | null {
  return text === undefined ? null : cut(text, 200)
}

/** What no specification and no draft names, kept as it came as long as it is small. Texts are context, see there. */
function extraOf(body: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const unknown = [...body].filter(([name, value]) => shownAsExtra.has(name) || (!knownMembers.has(name) && typeof value !== 'string'))
  return Object.fromEntries(
    unknown.slice(0, maxExtraMembers).map(([name, value]) => {
      const text = JSON.stringify(value) ?? ''
      return [name, text.length <= maxExtraLength ? value : cut(text, maxExtraLength)]
    }),
  )
}

function neighboursOf(value: unknown): ProcessedBrowserCrash['neighbours'] {
  if (!Array.isArray(value)) return []
  return value.slice(0, processLimits.maxNeighbours).flatMap((item) => {
    const report = object(item)
    if (report === undefined) return []
    return [
      {
        type: string(report.get('type'), 200) ?? 'unknown',
        url: string(report.get('url'), maxUrlLength),
        body: report.get('body') ?? null,
      },
    ]
  })
}

function object(value: unknown): Map<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined
}
function string(value: unknown, maxLength: number): string | null {
  return typeof value === 'string' ? cut(value, maxLength) : null
}
function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
function boolean(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : null
}
