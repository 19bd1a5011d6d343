/** An event of Sentry's clients, as fields of a report and, where it tells of an error, as that. */
import { at, fieldText, listOf, numberOf, objectOf, positionOf, textOf } from '../json-value.ts'
import { splitRelease } from '../release-name.ts'
import type { ScriptError, ScriptFrame } from '../script-error.ts'
import { dashedUuid } from '../uuid-of-report.ts'

export interface SentryEvent {
  readonly eventId: string | undefined
  /** `javascript` for scripts, `error` for other languages. */
  readonly kind: string
  readonly crashedAt: number | undefined
  readonly fields: ReadonlyMap<string, string>
  readonly error: ScriptError
}

const scriptLanguages = new Set(['javascript', 'node'])
/** Tags, extras and context values that become fields; all of the event stays in its file. */
const maxFields = 300
const maxFieldLength = 8192
/** Seconds, as a number or a text of digits; else ISO 8601. */
const secondsText = /^\d{9,11}(\.\d+)?$/

export function readSentryEvent(event: unknown): SentryEvent {
  const platform = textOf(at(event, 'platform'))
  return {
    eventId: dashedUuid(textOf(at(event, 'event_id'))),
    kind: platform === undefined || scriptLanguages.has(platform) ? 'javascript' : 'error',
    crashedAt: timeOf(at(event, 'timestamp')),
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
  const release = textOf(at(event, 'release'))
  const { product, version } = splitRelease(release)
  add('product', product)
  add('version', version)
  add('release', release)
  add('platform', at(event, 'contexts', 'os', 'name'))
  for (const name of ['environment', 'dist', 'level', 'transaction', 'server_name', 'logger']) add(name, at(event, name))
  add('language', at(event, 'platform'))
  add('url', at(event, 'request', 'url'))
  add('sdk', [at(event, 'sdk', 'name'), at(event, 'sdk', 'version')].filter((part) => typeof part === 'string').join(' '))
  for (const [name, value] of objectOf(at(event, 'user')) ?? []) add(`user.${name}`, value)
  for (const [name, value] of tagsOf(at(event, 'tags'))) add(name, value)
  for (const [name, value] of objectOf(at(event, 'extra')) ?? []) add(`extra.${name}`, value)
  for (const [name, context] of objectOf(at(event, 'contexts')) ?? []) {
    for (const [member, value] of objectOf(context) ?? []) if (member !== 'type') add(`${name}.${member}`, value)
  }
  return fields
}

/** An object, or pairs in a list. */
function tagsOf(tags: unknown): Iterable<readonly [string, unknown]> {
  const members = objectOf(tags)
  if (members !== undefined) return members
  return listOf(tags).flatMap((pair): [string, unknown][] =>
    Array.isArray(pair) && typeof pair[0] === 'string' ? [[pair[0], pair[1]]] : [],
  )
}

function errorOf(event: unknown): ScriptError {
  const thrown = at(event, 'exception', 'values') ?? at(event, 'exception')
  // The last was caught; those before it are what caused it.
  const [last, ...causes] = [...listOf(thrown)].reverse()
  const threads = listOf(at(event, 'threads', 'values') ?? at(event, 'threads'))
  const crashedThread = threads.find((thread) => at(thread, 'crashed') === true) ?? threads[0]
  const handled = at(last, 'mechanism', 'handled')
  const ownFrames = framesOf(at(last, 'stacktrace') ?? at(crashedThread, 'stacktrace') ?? at(event, 'stacktrace'))
  const message = textOf(at(last, 'value')) ?? textOf(at(event, 'logentry', 'formatted')) ?? textOf(at(event, 'logentry', 'message'))
  return {
    type: textOf(at(last, 'type')) ?? null,
    message: message ?? textOf(at(event, 'message')) ?? null,
    handled: typeof handled === 'boolean' ? handled : null,
    frames: ownFrames,
    debugIds: debugIdsOf(event),
    stackText: null,
    url: textOf(at(event, 'request', 'url')) ?? null,
    userAgent: userAgentOf(at(event, 'request', 'headers')),
    causes: causes.map((cause) => ({
      type: textOf(at(cause, 'type')) ?? null,
      message: textOf(at(cause, 'value')) ?? null,
      frames: framesOf(at(cause, 'stacktrace')),
    })),
    breadcrumbs: listOf(at(event, 'breadcrumbs', 'values') ?? at(event, 'breadcrumbs')).map((crumb) => ({
      type: textOf(at(crumb, 'category')) ?? textOf(at(crumb, 'type')) ?? 'breadcrumb',
      at: isoTime(at(crumb, 'timestamp')),
      body: crumb,
    })),
  }
}

/** Of builds that were prepared with `sentry-cli sourcemaps inject`. */
function debugIdsOf(event: unknown): Record<string, string> {
  const images = listOf(at(event, 'debug_meta', 'images')).flatMap((image): [string, string][] => {
    const [file, id] = [textOf(at(image, 'code_file')), textOf(at(image, 'debug_id'))]
    return at(image, 'type') !== 'sourcemap' || file === undefined || id === undefined ? [] : [[file, id]]
  })
  return Object.fromEntries(images)
}

/** Sentry writes the outermost frame first. */
function framesOf(stacktrace: unknown): ScriptFrame[] {
  return [...listOf(at(stacktrace, 'frames'))].reverse().map((frame) => ({
    function: functionOf(frame),
    url:
      textOf(at(frame, 'abs_path')) ?? textOf(at(frame, 'filename')) ?? textOf(at(frame, 'package')) ?? textOf(at(frame, 'module')) ?? null,
    line: positionOf(at(frame, 'lineno')),
    column: positionOf(at(frame, 'colno')),
  }))
}

/** `?` is how its clients write a function without a name. */
function functionOf(frame: unknown): string | null {
  const name = textOf(at(frame, 'function'))
  return (name === '?' ? undefined : name) ?? textOf(at(frame, 'instruction_addr')) ?? null
}

function userAgentOf(headers: unknown): string | null {
  for (const [name, value] of tagsOf(headers)) if (name.toLowerCase() === 'user-agent') return textOf(value) ?? null
  return null
}

function timeOf(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && secondsText.test(value) ? Number(value) : numberOf(value)
  const ms = seconds === undefined ? Date.parse(textOf(value) ?? '') : seconds * 1000
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? Math.trunc(ms) : undefined
}

function isoTime(value: unknown): string | null {
  const ms = timeOf(value)
  return ms === undefined ? null : new Date(ms).toISOString()
}
