import type { ProcessedBrowserCrash } from '@crashkeep/server/api-types'
import { readScriptFrames } from './browser-crash.ts'
import { isObject, isTrueAt, type JsonObject, numberAt, objectAt, objectsAt, textAt } from './read-json.ts'

/** A minidump's processed crash as the pages show it, read from rust-minidump's JSON with our additions beside it. */
export interface Crash {
  readonly sentence: string | undefined
  readonly reason: string | undefined
  readonly address: string | undefined
  readonly instruction: string | undefined
  readonly assertion: string | undefined
  readonly notes: readonly string[]
  readonly system: System
  readonly pid: number | undefined
  readonly uptimeSeconds: number | undefined
  readonly crashingThread: number | undefined
  readonly threads: readonly Thread[]
  readonly modules: readonly Module[]
  readonly unloadedModules: readonly Module[]
  readonly registers: readonly (readonly [name: string, value: string])[]
  readonly annotations: readonly (readonly [name: string, value: string])[]
  /** Of a JavaScript heap that was full: what the script was doing. */
  readonly scriptStack: ProcessedBrowserCrash['stack']
}

export interface System {
  readonly os: string | undefined
  readonly osVersion: string | undefined
  readonly cpu: string | undefined
  readonly cpuInfo: string | undefined
  readonly cpuCount: number | undefined
}

export interface Thread {
  readonly index: number
  readonly id: number | undefined
  readonly name: string | undefined
  readonly lastError: string | undefined
  readonly frames: readonly Frame[]
}

export interface Frame {
  readonly number: number
  readonly function: string | undefined
  readonly file: string | undefined
  readonly line: number | undefined
  readonly module: string | undefined
  readonly moduleOffset: string | undefined
  readonly address: string | undefined
  readonly trust: string | undefined
  readonly missingSymbols: boolean
  readonly inlines: readonly Inline[]
  readonly unloadedModules: readonly string[]
}

export interface Inline {
  readonly function: string
  readonly file: string | undefined
  readonly line: number | undefined
}

export type SymbolState = 'loaded' | 'missing' | 'corrupt' | 'unused'

export interface Module {
  readonly name: string
  readonly debugFile: string | undefined
  readonly debugId: string | undefined
  readonly codeId: string | undefined
  readonly version: string | undefined
  readonly start: string | undefined
  readonly end: string | undefined
  readonly symbols: SymbolState
  readonly symbolsWhy: string | undefined
  readonly isMain: boolean
}

export function readCrash(processed: unknown): Crash | undefined {
  if (!isObject(processed) || processed.kind === 'browser' || processed.kind === 'javascript') return undefined
  const info = objectAt(processed, 'crash_info')
  const system = objectAt(processed, 'system_info')
  const crashing = objectAt(processed, 'crashing_thread')
  const threads = objectsAt(processed, 'threads').map(readThread)
  const index = numberAt(info, 'crashing_thread') ?? numberAt(crashing, 'threads_index')
  const firstFrame = objectsAt(crashing, 'frames')[0]
  const main = numberAt(processed, 'main_module')
  return {
    sentence: textAt(info, 'sentence') ?? textAt(processed, 'sentence'),
    reason: textAt(info, 'type'),
    address: textAt(info, 'address'),
    instruction: textAt(info, 'instruction'),
    assertion: textAt(info, 'assertion'),
    notes: crashNotes(info),
    system: {
      os: textAt(system, 'os'),
      osVersion: textAt(system, 'os_ver'),
      cpu: textAt(system, 'cpu_arch'),
      cpuInfo: textAt(system, 'cpu_info'),
      cpuCount: numberAt(system, 'cpu_count'),
    },
    pid: numberAt(processed, 'pid'),
    uptimeSeconds: numberAt(processed, 'process_uptime'),
    crashingThread: index !== undefined && index < threads.length ? index : undefined,
    threads,
    modules: objectsAt(processed, 'modules').map((module, at) => readModule(module, at === main)),
    unloadedModules: objectsAt(processed, 'unloaded_modules').map((module) => readModule(module, false)),
    registers: Object.entries(objectAt(firstFrame ?? {}, 'registers')).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
    annotations: Object.entries(objectAt(processed, 'annotations')).map(([name, value]) => [name, asText(value)] as const),
    scriptStack: readScriptFrames(processed, 'javascript_stack'),
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function readThread(thread: JsonObject, index: number): Thread {
  return {
    index,
    id: numberAt(thread, 'thread_id'),
    name: textAt(thread, 'thread_name'),
    lastError: textAt(thread, 'last_error_value'),
    frames: objectsAt(thread, 'frames').map(readFrame),
  }
}

function readFrame(frame: JsonObject, index: number): Frame {
  return {
    number: numberAt(frame, 'frame') ?? index,
    function: textAt(frame, 'function'),
    file: textAt(frame, 'file'),
    line: numberAt(frame, 'line'),
    module: textAt(frame, 'module'),
    moduleOffset: textAt(frame, 'module_offset'),
    address: textAt(frame, 'offset'),
    trust: textAt(frame, 'trust'),
    missingSymbols: isTrueAt(frame, 'missing_symbols'),
    inlines: objectsAt(frame, 'inlines').map((inline) => ({
      function: textAt(inline, 'function') ?? '(unnamed)',
      file: textAt(inline, 'file'),
      line: numberAt(inline, 'line'),
    })),
    unloadedModules: objectsAt(frame, 'unloaded_modules').flatMap((module) => textAt(module, 'module') ?? []),
  }
}

function readModule(module: JsonObject, isMain: boolean): Module {
  const symbols = objectAt(module, 'symbols')
  const looked = symbols.looked
  const reason = textAt(symbols, 'reason')
  return {
    name: textAt(module, 'filename') ?? '(unnamed)',
    debugFile: textAt(module, 'debug_file'),
    debugId: textAt(module, 'debug_id'),
    codeId: textAt(module, 'code_id'),
    version: textAt(module, 'version'),
    start: textAt(module, 'base_addr'),
    end: textAt(module, 'end_addr'),
    symbols: symbolState(module, textAt(symbols, 'state')),
    symbolsWhy:
      reason ?? (Array.isArray(looked) && looked.length > 0 ? `looked for ${looked.slice(0, 3).map(asText).join(', ')}` : undefined),
    isMain,
  }
}

function symbolState(module: JsonObject, state: string | undefined): SymbolState {
  if (state === 'corrupt' || isTrueAt(module, 'corrupt_symbols')) return 'corrupt'
  if (state === 'missing' || isTrueAt(module, 'missing_symbols')) return 'missing'
  if (state === 'loaded' || isTrueAt(module, 'loaded_symbols')) return 'loaded'
  return 'unused'
}

/** What the walker found beside reason and address, one line each. */
function crashNotes(info: JsonObject): string[] {
  const notes: string[] = []
  const adjusted = objectAt(info, 'adjusted_address')
  const kind = textAt(adjusted, 'kind')
  if (kind === 'null-pointer') notes.push(`The address is a null pointer plus ${shortHex(textAt(adjusted, 'offset')) ?? '0x0'}.`)
  if (kind === 'non-canonical')
    notes.push(`The address is not canonical; the program used ${shortHex(textAt(adjusted, 'address')) ?? 'another one'}.`)
  for (const access of objectsAt(info, 'memory_accesses').slice(0, 4)) {
    const size = numberAt(access, 'size')
    const guard = isTrueAt(access, 'is_likely_guard_page') ? ', likely a guard page' : ''
    notes.push(
      `${textAt(access, 'access_type') ?? 'access'} of ${size ?? 'some'} bytes at ${shortHex(textAt(access, 'address')) ?? 'an unknown address'}${guard}`,
    )
  }
  for (const flip of objectsAt(info, 'possible_bit_flips').slice(0, 3)) {
    const address = shortHex(textAt(flip, 'address'))
    if (address !== undefined) notes.push(`One flipped bit would make the address ${address}: perhaps bad memory.`)
  }
  const inconsistencies = info.crash_inconsistencies
  if (Array.isArray(inconsistencies)) notes.push(...inconsistencies.slice(0, 4).map((note) => `Inconsistent: ${asText(note)}`))
  return notes
}

/** `0x00000000000161b6` → `0x161b6`. */
export function shortHex(hex: string | undefined): string | undefined {
  return hex?.replace(/^0x0+(?=[0-9a-f])/i, '0x')
}
