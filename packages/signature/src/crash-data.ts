type Maybe<T> = T | null | undefined

/** A function that the compiler put inside another; it shares module and address with the frame that holds it. */
export interface SignatureInline {
  function?: Maybe<string>
  file?: Maybe<string>
  line?: Maybe<number>
}

/** The names are those of rust-minidump's JSON, so that its frames can be given as they are. */
export interface SignatureFrame {
  function?: Maybe<string>
  module?: Maybe<string>
  file?: Maybe<string>
  line?: Maybe<number>
  /** Hexadecimal text, `0x0000429e`. */
  module_offset?: Maybe<string>
  /** The address itself, hexadecimal text. */
  offset?: Maybe<string>
  /** Innermost first. */
  inlines?: Maybe<readonly SignatureInline[]>
  unloaded_modules?: Maybe<readonly { module?: Maybe<string> }[]>
}

export interface SignatureThread {
  frames: readonly SignatureFrame[]
  last_error_value?: Maybe<string>
}

/** What a signature is made of: the crash data of Socorro's siggen, and below it what Electron and Chromium add. */
export interface CrashData {
  /** `Windows NT`, `Linux`, `Mac OS X`, `Android`. */
  os?: Maybe<string>
  crashing_thread?: Maybe<number>
  reason?: Maybe<string>
  threads: readonly SignatureThread[]
  oom_allocation_size?: Maybe<number>
  js_large_allocation_failure?: Maybe<string>
  abort_message?: Maybe<string>
  mdsw_status_string?: Maybe<string>
  /** JSON text. */
  async_shutdown_timeout?: Maybe<string>
  ipc_channel_error?: Maybe<string>
  ipc_message_name?: Maybe<string>
  additional_minidumps?: Maybe<readonly string[]>
  hang?: Maybe<string>
  java_stack_trace?: Maybe<string>
  /** Sentry's exception shape: `{exception: {values: [{type, module, stacktrace: {frames}}]}}`. */
  java_exception?: unknown

  /** Electron and Chromium: `renderer`, `browser`, `gpu-process`, … */
  process_type?: Maybe<string>
  v8_fatal_message?: Maybe<string>
  v8_oom?: Maybe<{
    isHeapOom?: Maybe<boolean>
    location?: Maybe<string>
    stack?: Maybe<string>
    /** The same stack as people wrote it, where source maps tell. */
    frames?: Maybe<readonly { function: string | null; url: string | null; line: number | null }[]>
  }>
}
