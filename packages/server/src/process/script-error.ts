/** Reads what the dialects keep of an error: the file `report`, JSON `{error}`, all of it the sender's word. */
import type { ProcessedBrowserCrash, ScriptFrame } from '../api/schema.ts'
import { cut } from './bounded.ts'
import { processLimits } from './limits.ts'
import { debugIdsOf } from './original-stack.ts'
import { UnreadableReport } from './unreadable-report.ts'

type Frame = ScriptFrame

export interface ReadScriptError {
  /** `TypeError: x is not a function` */
  readonly reason: string | null
  readonly handled: boolean | null
  readonly url: string | null
  readonly userAgent: string | null
  readonly stack: Frame[]
  /** By the address of a script. */
  readonly debugIds: ReadonlyMap<string, string>
  /** Where there are no frames: to be parsed. */
  readonly stackText: string
  readonly causes: readonly { readonly reason: string | null; readonly stack: Frame[] }[]
  readonly breadcrumbs: ProcessedBrowserCrash['neighbours']
}

const maxReasonLength = 1000
const maxNameLength = 2000
const maxCauses = 10

export function readScriptError(text: string): ReadScriptError {
  const error = members(parse(text).get('error'))
  if (error === undefined) throw new UnreadableReport('not_a_report', 'The file holds no error.')
  return {
    reason: reasonOf(error),
    handled: typeof error.get('handled') === 'boolean' ? error.get('handled') === true : null,
    url: textOf(error.get('url'), 8192),
    userAgent: textOf(error.get('userAgent'), maxNameLength),
    stack: framesOf(error.get('frames')),
    debugIds: debugIdsOf(error.get('debugIds')),
    stackText: textOf(error.get('stackText'), 65_536) ?? '',
    causes: list(error.get('causes'))
      .slice(0, maxCauses)
      .map((cause) => {
        const read = members(cause) ?? new Map<string, unknown>()
        return { reason: reasonOf(read), stack: framesOf(read.get('frames')) }
      }),
    breadcrumbs: list(error.get('breadcrumbs'))
      .slice(-processLimits.maxNeighbours)
      .map((crumb) => {
        const read = members(crumb) ?? new Map<string, unknown>()
        return { type: textOf(read.get('type'), 200) ?? 'breadcrumb', url: null, body: read.get('body') ?? null }
      }),
  }
}

function reasonOf(error: ReadonlyMap<string, unknown>): string | null {
  const [type, message] = [textOf(error.get('type'), 200), textOf(error.get('message'), maxReasonLength)]
  return [type, message].filter((part) => part !== null && part !== '').join(': ') || null
}

function framesOf(value: unknown): Frame[] {
  return list(value)
    .slice(0, processLimits.maxBrowserFrames)
    .map((item) => {
      const frame = members(item) ?? new Map<string, unknown>()
      const [name, url] = [textOf(frame.get('function'), maxNameLength), textOf(frame.get('url'), maxNameLength)]
      const [line, column] = [position(frame.get('line')), position(frame.get('column'))]
      const place = [url, line, column].filter((part) => part !== null).join(':')
      return { function: name, url, line, column, raw: name === null ? place : `${name} (${place})` }
    })
}

function parse(text: string): ReadonlyMap<string, unknown> {
  try {
    return members(JSON.parse(text)) ?? new Map<string, unknown>()
  } catch (cause) {
    throw new UnreadableReport('not_json', 'The file is not JSON.', { cause })
  }
}

function members(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown, maxLength: number): string | null {
  return typeof value === 'string' && value !== '' ? cut(value, maxLength) : null
}

function position(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
