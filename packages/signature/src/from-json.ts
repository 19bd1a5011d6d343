import type { CrashData, SignatureFrame, SignatureInline, SignatureThread } from './crash-data.ts'
import { crashDataFromProcessed } from './from-processed.ts'
import { maxFrames } from './limits.ts'

/** Threads that are read; a crash has a few hundred. */
const maxThreads = 100_000

/**
 * Reads crash data (siggen's JSON) or a processed crash (rust-minidump's JSON, or Socorro's with `json_dump`) from a parsed JSON text.
 * Whatever has another type than expected counts as absent.
 */
export function crashDataFromJson(value: unknown): CrashData {
  const crash = new Fields(value)
  const dump = crash.fields('json_dump')
  if (dump !== undefined) return { ...ownFields(crash), ...processedFrom(dump), ...reasonOf(crash) }
  if (crash.fields('crash_info') !== undefined) return processedFrom(crash)
  return ownFields(crash)
}

function reasonOf(crash: Fields): { reason?: string } {
  const reason = crash.text('reason')
  return reason === undefined ? {} : { reason }
}

function processedFrom(dump: Fields): CrashData {
  const info = dump.fields('crash_info')
  const annotations = new Map<string, string>()
  for (const [name, text] of dump.fields('annotations')?.entries() ?? []) if (typeof text === 'string') annotations.set(name, text)
  return crashDataFromProcessed(
    {
      status: dump.text('status'),
      system_info: { os: dump.fields('system_info')?.text('os') },
      crash_info: { type: info?.text('type'), crashing_thread: info?.number('crashing_thread') },
      threads: threadsOf(dump),
    },
    annotations,
  )
}

function ownFields(crash: Fields): CrashData {
  const v8Oom = crash.fields('v8_oom')
  return {
    os: crash.text('os'),
    crashing_thread: crash.number('crashing_thread'),
    reason: crash.text('reason'),
    threads: threadsOf(crash),
    oom_allocation_size: crash.number('oom_allocation_size'),
    js_large_allocation_failure: crash.text('js_large_allocation_failure'),
    abort_message: crash.text('abort_message'),
    mdsw_status_string: crash.text('mdsw_status_string'),
    async_shutdown_timeout: crash.text('async_shutdown_timeout'),
    ipc_channel_error: crash.text('ipc_channel_error'),
    ipc_message_name: crash.text('ipc_message_name'),
    additional_minidumps: crash.list('additional_minidumps').filter((name) => typeof name === 'string'),
    hang: crash.text('hang') ?? crash.number('hang')?.toString(),
    java_stack_trace: crash.text('java_stack_trace'),
    java_exception: crash.value('java_exception'),
    process_type: crash.text('process_type'),
    v8_fatal_message: crash.text('v8_fatal_message'),
    v8_oom: v8Oom && { isHeapOom: v8Oom.value('isHeapOom') !== false, location: v8Oom.text('location'), stack: v8Oom.text('stack') },
  }
}

function threadsOf(crash: Fields): SignatureThread[] {
  return crash
    .list('threads')
    .slice(0, maxThreads)
    .map((thread) => {
      const fields = new Fields(thread)
      return { frames: fields.list('frames').slice(0, maxFrames).map(frameFrom), last_error_value: fields.text('last_error_value') }
    })
}

function frameFrom(value: unknown): SignatureFrame {
  const frame = new Fields(value)
  return {
    ...inlineFrom(value),
    module: frame.text('module'),
    module_offset: frame.text('module_offset'),
    offset: frame.text('offset'),
    inlines: frame.list('inlines').slice(0, maxFrames).map(inlineFrom),
    unloaded_modules: frame
      .list('unloaded_modules')
      .slice(0, 1)
      .map((module) => ({ module: new Fields(module).text('module') })),
  }
}

function inlineFrom(value: unknown): SignatureInline {
  const frame = new Fields(value)
  return { function: frame.text('function'), file: frame.text('file'), line: frame.number('line') }
}

/** Own properties only, so that `__proto__` and its like in a report are ordinary names. */
class Fields {
  readonly #object: object

  constructor(value: unknown) {
    this.#object = typeof value === 'object' && value !== null ? value : {}
  }

  value(name: string): unknown {
    return Object.getOwnPropertyDescriptor(this.#object, name)?.value
  }

  text(name: string): string | undefined {
    const found = this.value(name)
    return typeof found === 'string' ? found : undefined
  }

  number(name: string): number | undefined {
    const found = this.value(name)
    return typeof found === 'number' && Number.isFinite(found) ? found : undefined
  }

  list(name: string): unknown[] {
    const found = this.value(name)
    return Array.isArray(found) ? found : []
  }

  fields(name: string): Fields | undefined {
    const found = this.value(name)
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? new Fields(found) : undefined
  }

  entries(): [string, unknown][] {
    return Object.entries(this.#object)
  }
}
