/** Source maps (ECMA-426): from a place in a delivered script back to the place that a person wrote. */
import { FlattenMap, isIgnored, originalPositionFor, sourceContentFor, type TraceMap } from '@jridgewell/trace-mapping'
import { SymbolError } from '../errors.ts'
import { maxExcerptLineLength, maxSourceMapBytes, maxSourceMapName } from './limits.ts'

export interface ScriptPosition {
  /** From 1, as in a stack. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

export interface OriginalPosition extends ScriptPosition {
  readonly source: string
  /** The identifier that stood there before it was renamed. */
  readonly name: string | undefined
  /** Code that the build marked as not the page's own. */
  readonly ignored: boolean
}

export interface SourceMap {
  readonly debugId: string | undefined
  /** Name of the script that it is for, where it says so. */
  readonly file: string | undefined
  lookup(position: ScriptPosition): OriginalPosition | undefined
  /** Lines of the source around one line, where the map holds the source's text. */
  excerpt(source: string, line: number, around: number): SourceExcerpt | undefined
}

export interface SourceExcerpt {
  /** Number of the first of `lines`. */
  readonly firstLine: number
  readonly lines: readonly string[]
}

/** Throws SymbolError `bad_source_map`. */
export function openSourceMap(text: string): SourceMap {
  if (text.length > maxSourceMapBytes)
    throw new SymbolError('bad_source_map', `The source map has ${text.length} characters; at most ${maxSourceMapBytes} are read`)
  const json = parse(text)
  const map = trace(json)
  return {
    debugId: debugIdOf(json),
    file: textOf(json.file),
    lookup: ({ line, column }) => lookup(map, line, column),
    excerpt: (source, line, around) => excerptOf(map, source, line, around),
  }
}

/** `debugId` of ECMA-426, `debug_id` of tools before it; 32 capital hexadecimal digits. undefined: none that is one. */
export function debugIdOf(map: { readonly debugId?: unknown; readonly debug_id?: unknown }): string | undefined {
  return normalDebugId(textOf(map.debugId) ?? textOf(map.debug_id) ?? '')
}

/** A UUID with or without its dashes. */
export function normalDebugId(text: string): string | undefined {
  const digits = text.replaceAll('-', '').toUpperCase()
  return /^[0-9A-F]{32}$/.test(digits) && !/^0+$/.test(digits) ? digits : undefined
}

type Json = { readonly [name in 'file' | 'debugId' | 'debug_id' | 'version' | 'mappings' | 'sections']?: unknown }

function parse(text: string): Json {
  // A line that keeps browsers from running the file as a script may stand before it.
  const start = text.startsWith(")]}'") ? text.indexOf('\n') + 1 : 0
  try {
    const json: unknown = JSON.parse(start === 0 ? text : text.slice(start))
    if (typeof json === 'object' && json !== null && !Array.isArray(json) && ('mappings' in json || 'sections' in json)) return json
  } catch (cause) {
    throw new SymbolError('bad_source_map', 'The source map is not JSON', { cause })
  }
  throw new SymbolError('bad_source_map', 'The file is JSON, but no source map: it has no mappings')
}

function trace(json: Json): TraceMap {
  try {
    // The library checks nothing; whatever it trips over is a fault of the file.
    const map = FlattenMap(json as Parameters<typeof FlattenMap>[0])
    originalPositionFor(map, { line: 1, column: 0 })
    return map
  } catch (cause) {
    throw new SymbolError('bad_source_map', 'The mappings of the source map cannot be read', { cause })
  }
}

function lookup(map: TraceMap, line: number, column: number): OriginalPosition | undefined {
  if (!Number.isInteger(line) || !Number.isInteger(column) || line < 1 || column < 1) return undefined
  const found = originalPositionFor(map, { line, column: column - 1 })
  if (typeof found.source !== 'string' || !Number.isInteger(found.line) || !Number.isInteger(found.column)) return undefined
  return {
    source: found.source.slice(0, maxSourceMapName),
    line: found.line,
    column: found.column + 1,
    name: typeof found.name === 'string' && found.name !== '' ? found.name.slice(0, maxSourceMapName) : undefined,
    ignored: isIgnored(map, found.source),
  }
}

function excerptOf(map: TraceMap, source: string, line: number, around: number): SourceExcerpt | undefined {
  const content: unknown = sourceContentFor(map, source)
  if (typeof content !== 'string') return undefined
  const firstLine = Math.max(1, line - around)
  const lines = linesOf(content, firstLine, line + around)
  return lines.length === 0 ? undefined : { firstLine, lines }
}

/** Without splitting the whole text: sources of a megabyte are asked for one line. */
function linesOf(content: string, first: number, last: number): string[] {
  let start = 0
  for (let number = 1; number < first; number += 1) {
    const end = content.indexOf('\n', start)
    if (end < 0) return []
    start = end + 1
  }
  const lines: string[] = []
  for (let number = first; number <= last && start <= content.length; number += 1) {
    const end = content.indexOf('\n', start)
    const stop = end < 0 ? content.length : end
    lines.push(content.slice(start, Math.min(stop, start + maxExcerptLineLength)).replace(/\r$/, ''))
    if (end < 0) break
    start = end + 1
  }
  return lines
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, maxSourceMapName) : undefined
}
