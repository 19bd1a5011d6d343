/** Backtrace's JSON report: threads by name, the faulted one is the error. Source: the fields that its JavaScript clients write. */
import { at, fieldText, listOf, numberOf, objectOf, positionOf, textOf } from '../json-value.ts'
import type { ScriptError, ScriptFrame } from '../script-error.ts'
import { dashedUuid } from '../uuid-of-report.ts'

export interface BacktraceReport {
  readonly reportId: string | undefined
  readonly kind: string
  readonly crashedAt: number | undefined
  readonly fields: ReadonlyMap<string, string>
  readonly error: ScriptError
}

const scriptLanguages = /^(?:nodejs|javascript|js|node)$/i
const maxFields = 300
const maxFieldLength = 8192

export function readBacktraceReport(report: unknown): BacktraceReport {
  const language = textOf(at(report, 'lang'))
  const seconds = numberOf(at(report, 'timestamp'))
  return {
    reportId: dashedUuid(textOf(at(report, 'uuid'))),
    kind: language === undefined || scriptLanguages.test(language) ? 'javascript' : 'error',
    crashedAt: seconds !== undefined && seconds > 0 && seconds < 1e11 ? Math.trunc(seconds * 1000) : undefined,
    fields: fieldsOf(report),
    error: errorOf(report),
  }
}

function fieldsOf(report: unknown): Map<string, string> {
  const fields = new Map<string, string>()
  const attributes = objectOf(at(report, 'attributes')) ?? new Map<string, unknown>()
  const add = (name: string, value: unknown) => {
    const text = fieldText(value)
    if (text !== undefined && fields.size < maxFields && !fields.has(name)) fields.set(name, text.slice(0, maxFieldLength))
  }
  add('product', attributes.get('application'))
  add('version', attributes.get('application.version'))
  add('platform', attributes.get('uname.sysname'))
  for (const [name, value] of attributes) add(name, value)
  add('language', at(report, 'lang'))
  add('sdk', [at(report, 'agent'), at(report, 'agentVersion')].filter((part) => typeof part === 'string').join(' '))
  return fields
}

function errorOf(report: unknown): ScriptError {
  const threads = objectOf(at(report, 'threads')) ?? new Map<string, unknown>()
  const main = threads.get(textOf(at(report, 'mainThread')) ?? '') ?? [...threads.values()].find((thread) => at(thread, 'fault') === true)
  const frames = listOf(at(main, 'stack')).map(
    (frame): ScriptFrame => ({
      function: textOf(at(frame, 'funcName')) ?? null,
      url: fileOf(frame, report) ?? null,
      line: positionOf(at(frame, 'line')),
      column: positionOf(at(frame, 'column')),
    }),
  )
  const [classifier] = listOf(at(report, 'classifiers'))
  const message = textOf(at(report, 'attributes', 'error.message'))
  return {
    type: textOf(classifier) ?? null,
    message: message ?? null,
    handled: at(report, 'attributes', 'error.type') === 'Exception' ? true : null,
    frames,
    stackText: null,
    url: textOf(at(report, 'attributes', 'location.href')) ?? null,
    userAgent: textOf(at(report, 'attributes', 'user.agent.full')) ?? null,
    causes: [],
    breadcrumbs: [],
  }
}

/** Clients disagree about where it stands; `path` is the oldest's. */
function fileOf(frame: unknown, report: unknown): string | undefined {
  const source = textOf(at(frame, 'sourceCode'))
  return (
    textOf(at(frame, 'library')) ??
    textOf(at(frame, 'path')) ??
    (source === undefined ? undefined : textOf(at(report, 'sourceCode', source, 'path')))
  )
}
