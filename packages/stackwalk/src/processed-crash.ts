import type { AccessType } from './analysis/decoder.ts'
import type { CrashInconsistency } from './analysis/inconsistencies.ts'
import type { ModuleSymbolState } from './module-symbols-cache.ts'
import type { CrashDetail, FrameDetail } from './text-detail.ts'
import { continuesBehind, crashDetail, frameDetail } from './text-detail.ts'

/**
 * A processed crash: the JSON of rust-minidump key by key (its json-schema.md describes the meaning), and beside it what Crashkeep adds:
 * `annotations`, `problems`, `modules[].symbols`. Addresses are text, as wide as the dump's pointers. `null`: not known.
 */
export interface ProcessedCrash {
  readonly status: 'OK'
  readonly system_info: ProcessedSystemInfo
  readonly crash_info: ProcessedCrashInfo
  /** A copy of the thread in `threads`; absent when no thread crashed or it has no frame. */
  readonly crashing_thread?: CrashingThread
  readonly handles: readonly ProcessedHandle[] | null
  readonly linux_memory_map_count: number | null
  readonly lsb_release: LsbRelease | null
  readonly mac_boot_args: string | null
  readonly mac_crash_info: MacCrashInfo | null
  readonly main_module: 0
  readonly modules: readonly ProcessedModule[]
  readonly modules_contains_cert_info: boolean
  readonly pid: number | null
  readonly proc_limits: { readonly limits: readonly ProcessLimit[] } | null
  /** Seconds from the start of the process to the dump. */
  readonly process_uptime: number | null
  /** What the writer of the dump reported about its own work, as it lies in the dump. */
  readonly soft_errors: unknown
  readonly thread_count: number
  readonly threads: readonly ProcessedThread[]
  readonly unloaded_modules: readonly ProcessedUnloadedModule[]
  /** Crashpad's annotations of the process and of all modules, as its own upload would send them. */
  readonly annotations: Readonly<Record<string, string>>
  /** What is damaged in the dump or was cut short by a limit. */
  readonly problems: readonly ProcessedProblem[]
  readonly [crashDetail]?: CrashDetail
}

export interface ProcessedProblem {
  readonly code: string
  readonly message: string
  readonly stream?: string
}

export interface ProcessedSystemInfo {
  readonly cpu_arch: string
  readonly cpu_count: number
  readonly cpu_info: string | null
  readonly cpu_microcode_version: string | null
  readonly os: string
  readonly os_ver: string
}

/** All but the first four are analyses; they are null where the dump does not hold what they need, or nobody passed a decoder. */
export interface ProcessedCrashInfo {
  /** The system's reason, as `SIGSEGV / SEGV_MAPERR`; null when nothing crashed. */
  readonly type: string | null
  /** The address whose access failed, else the address of the instruction. */
  readonly address: string | null
  readonly assertion: string | null
  /** Index in `threads` of the thread that crashed or asked for the dump. */
  readonly crashing_thread: number | null
  /** What the address is about really, where the system's is of no use. */
  readonly adjusted_address: ProcessedAdjustedAddress | null
  /** What contradicts the reason; null when nothing crashed. */
  readonly crash_inconsistencies: readonly CrashInconsistency[] | null
  /** Text of the crashing instruction. */
  readonly instruction: string | null
  /** Where a jump, call or return of the instruction leads, unless the instruction tells it itself. */
  readonly instruction_pointer_update: { readonly address: string } | null
  /** An empty list: the instruction accesses no memory. */
  readonly memory_accesses: readonly ProcessedAccess[] | null
  readonly possible_bit_flips: readonly ProcessedBitFlip[] | null
  readonly [continuesBehind]?: boolean
}

/**
 * `null-pointer`: the register that the address starts from was zero, so the address is an offset. `non-canonical`: the processor
 * refused to look at this address, and the system reports another one.
 */
export type ProcessedAdjustedAddress =
  | { readonly kind: 'null-pointer'; readonly offset: string }
  | { readonly kind: 'non-canonical'; readonly address: string }

export interface ProcessedAccess {
  readonly address: string
  /** Bytes. */
  readonly size: number | null
  /** Only there when true. */
  readonly is_likely_guard_page?: boolean
  /** Only there when known. */
  readonly access_type?: AccessType
}

export interface ProcessedBitFlip {
  /** The address that may have been meant. */
  readonly address: string
  /** 0 to 1. */
  readonly confidence: number
  readonly details: {
    readonly is_null: boolean
    readonly nearby_registers: number
    readonly poison_registers: boolean
    readonly was_low: boolean
    readonly was_non_canonical: boolean
  }
  /** The register that held the wrong address; null: the address as a whole. */
  readonly source_register: string | null
}

/** An open handle of the process. */
export interface ProcessedHandle {
  readonly handle: number
  readonly object_name: string | null
  readonly type_name: string | null
}

/** Contents of `__crash_info` sections on macOS. */
export interface MacCrashInfo {
  readonly num_records: number
  readonly records: readonly MacCrashInfoRecord[]
}

export interface MacCrashInfoRecord {
  readonly abort_cause: string | null
  readonly backtrace: string | null
  readonly dialog_mode: string | null
  readonly message: string | null
  readonly message2: string | null
  readonly module: string | null
  readonly signature_string: string | null
  readonly thread: string | null
}

export interface LsbRelease {
  readonly id: string
  readonly release: string
  readonly codename: string
  readonly description: string
}

export interface ProcessLimit {
  readonly name: string
  readonly soft: number | 'unlimited'
  readonly hard: number | 'unlimited'
  readonly unit: string
}

export interface ProcessedModule {
  readonly base_addr: string
  /** Who signed the module; only the sender can tell. */
  readonly cert_subject: string | null
  readonly code_id: string
  readonly corrupt_symbols: boolean
  readonly debug_file: string
  readonly debug_id: string
  readonly end_addr: string
  readonly filename: string
  readonly loaded_symbols: boolean
  readonly missing_symbols: boolean
  readonly symbol_url: string | null
  readonly version: string | null
  readonly symbols: ModuleSymbolState
}

export interface ProcessedUnloadedModule {
  readonly base_addr: string
  readonly cert_subject: string | null
  readonly code_id: string
  readonly end_addr: string
  readonly filename: string
}

export interface ProcessedThread {
  readonly frame_count: number
  readonly frames: readonly ProcessedFrame[]
  readonly last_error_value: string | null
  readonly thread_id: number
  readonly thread_name: string | null
}

export interface CrashingThread extends ProcessedThread {
  readonly threads_index: number
}

export interface ProcessedFrame {
  readonly file: string | null
  readonly frame: number
  readonly function: string | null
  readonly function_offset: string | null
  readonly inlines: readonly ProcessedInline[] | null
  readonly line: number | null
  readonly missing_symbols: boolean
  readonly module: string | null
  readonly module_offset: string | null
  readonly offset: string
  /** `context`, `cfi`, `frame_pointer` or `scan`: how the frame was found, the surest first. */
  readonly trust: string
  /** The record of the symbols, or the place on the stack, that the frame was found by; null in the frame of the context. */
  readonly trust_detail: string | null
  readonly unloaded_modules: readonly { readonly module: string; readonly offsets: readonly string[] }[] | null
  /** Only in the first frame of `crashing_thread`. */
  readonly registers?: Readonly<Record<string, string>>
  readonly [frameDetail]?: FrameDetail
}

export interface ProcessedInline {
  readonly function: string
  readonly file: string | null
  readonly line: number | null
}
