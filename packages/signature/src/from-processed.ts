import type { CrashData, SignatureFrame } from './crash-data.ts'

/** The part of a processed crash (rust-minidump's JSON and our additions) that a signature needs. */
export interface ProcessedForSignature {
  status?: string | null | undefined
  system_info?: { os?: string | null | undefined } | null | undefined
  crash_info?: { type?: string | null | undefined; crashing_thread?: number | null | undefined } | null | undefined
  threads?:
    | readonly { frames?: readonly SignatureFrame[] | null | undefined; last_error_value?: string | null | undefined }[]
    | null
    | undefined
  /** Crashpad's annotations inside the dump; what was uploaded beside it counts more. */
  annotations?: Readonly<Record<string, string>> | null | undefined
}

/** `fields`: what the sender put beside the dump, as Electron, Chromium, Breakpad clients and Firefox name it. */
export function crashDataFromProcessed(processed: ProcessedForSignature, fields: ReadonlyMap<string, string>): CrashData {
  const annotations = processed.annotations ?? {}
  const field = (...names: string[]): string | undefined => {
    for (const name of names) {
      const text = fields.get(name) ?? (Object.hasOwn(annotations, name) ? annotations[name] : undefined)
      if (text) return text
    }
    return undefined
  }
  return {
    os: processed.system_info?.os,
    crashing_thread: processed.crash_info?.crashing_thread,
    reason: processed.crash_info?.type,
    threads: (processed.threads ?? []).map((thread) => ({ frames: thread.frames ?? [], last_error_value: thread.last_error_value })),
    mdsw_status_string: processed.status === 'OK' ? undefined : processed.status,
    // Breakpad's Linux client of Chromium sends `oom-size`; Firefox the other.
    oom_allocation_size: wholeNumber(field('oom-size', 'OOMAllocationSize')),
    js_large_allocation_failure: field('JSLargeAllocationFailure'),
    abort_message: field('AbortMessage', 'abort_message'),
    async_shutdown_timeout: field('AsyncShutdownTimeout'),
    ipc_channel_error: field('ipc_channel_error'),
    ipc_message_name: field('IPCMessageName'),
    additional_minidumps: field('additional_minidumps')?.split(',') ?? [],
    hang: field('Hang'),
    java_stack_trace: field('JavaStackTrace'),
    java_exception: parsed(field('JavaException')),
    // Crashpad gives both; Electron before 9 and Breakpad clients only the second, Firefox the third.
    process_type: field('ptype', 'process_type', 'ProcessType'),
    v8_fatal_message: field('electron.v8-fatal.message'),
    v8_oom: v8OutOfMemory(field),
  }
}

function v8OutOfMemory(field: (name: string) => string | undefined): CrashData['v8_oom'] {
  const heap = field('electron.v8-oom.is_heap_oom')
  const location = field('electron.v8-oom.location')
  const stack = field('electron.v8-oom.stack')
  // `.detail` and the figures of the heap describe the machine, not the mistake.
  if (heap === undefined && location === undefined && stack === undefined) return undefined
  return { isHeapOom: heap !== 'false' && heap !== '0', location, stack }
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: no exception that could be read, and the native stack is there.
    return undefined
  }
}
