/** An event of Bugsnag's clients (payload versions 4 and 5). The first exception was caught; the others caused it. */
import { at, fieldText, listOf, objectOf, positionOf, textOf } from '../json-value.ts'
import type { ScriptError, ScriptFrame } from '../script-error.ts'

export interface BugsnagEvent {
  readonly kind: string
  readonly crashedAt: number | undefined
  readonly fields: ReadonlyMap<string, string>
  readonly error: ScriptError
}

const scriptTypes = /js$/i
const maxFields = 300
const maxFieldLength = 8192

export function readBugsnagEvent(event: unknown): BugsnagEvent {
  const time = Date.parse(textOf(at(event, 'device', 'time')) ?? '')
  const [exception] = listOf(at(event, 'exceptions'))
  const type = textOf(at(exception, 'type'))
  return {
    kind: type === undefined || scriptTypes.test(type) ? 'javascript' : 'error',
    crashedAt: Number.isFinite(time) ? time : undefined,
    fields: fieldsOf(event),
    error: errorOf(event),
  }
}

function fieldsOf(event: unknown): Map<string, string> {
  const fields = new Map<string, string>()
  const add = (name: string, value: unknown) => {
    const text = fieldText(value)
    if (text !== undefined && fields.size < maxFields && !fields.has(name)) fields.set(name, text.slice(0, maxFieldLength))
  }
  add('product', at(event, 'app', 'name') ?? at(event, 'app', 'id'))
  add('version', at(event, 'app', 'version'))
  add('platform', at(event, 'device', 'osName'))
  for (const name of ['context', 'severity', 'unhandled', 'groupingHash']) add(name, at(event, name))
  add('url', at(event, 'request', 'url'))
  for (const part of ['app', 'device', 'user']) {
    for (const [name, value] of objectOf(at(event, part)) ?? []) add(`${part}.${name}`, value)
  }
  const metadata = objectOf(at(event, 'metaData')) ?? objectOf(at(event, 'metadata')) ?? new Map<string, unknown>()
  for (const [section, values] of metadata) for (const [name, value] of objectOf(values) ?? []) add(`${section}.${name}`, value)
  return fields
}

function errorOf(event: unknown): ScriptError {
  const [exception, ...causes] = listOf(at(event, 'exceptions'))
  const unhandled = at(event, 'unhandled')
  return {
    type: textOf(at(exception, 'errorClass')) ?? null,
    message: textOf(at(exception, 'message')) ?? null,
    handled: typeof unhandled === 'boolean' ? !unhandled : null,
    frames: framesOf(exception),
    stackText: null,
    url: textOf(at(event, 'request', 'url')) ?? null,
    userAgent: textOf(at(event, 'device', 'userAgent')) ?? null,
    causes: causes.map((cause) => ({
      type: textOf(at(cause, 'errorClass')) ?? null,
      message: textOf(at(cause, 'message')) ?? null,
      frames: framesOf(cause),
    })),
    breadcrumbs: listOf(at(event, 'breadcrumbs')).map((crumb) => ({
      type: textOf(at(crumb, 'type')) ?? 'breadcrumb',
      at: textOf(at(crumb, 'timestamp')) ?? null,
      body: crumb,
    })),
  }
}

function framesOf(exception: unknown): ScriptFrame[] {
  return listOf(at(exception, 'stacktrace')).map((frame) => ({
    function: textOf(at(frame, 'method')) ?? null,
    url: textOf(at(frame, 'file')) ?? null,
    line: positionOf(at(frame, 'lineNumber')),
    column: positionOf(at(frame, 'columnNumber')),
  }))
}
