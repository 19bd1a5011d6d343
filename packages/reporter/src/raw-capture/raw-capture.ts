import type { MemoryContents } from '@crashkeep/minidump'

/** A capture as it lies on disk, taken apart; nothing in it is interpreted yet. */
export interface RawCapture {
  /** As in a minidump's SystemInfo: 9 or 12. */
  readonly architecture: number
  readonly process: CapturedProcess
  /** siginfo_t; absent when no signal asked for the capture. */
  readonly signalInfo?: Uint8Array
  readonly threads: readonly CapturedThread[]
  readonly memory: readonly MemoryContents[]
  /** Headers, notes and dynamic sections of ELF images. */
  readonly images: readonly MemoryContents[]
  readonly maps: Uint8Array
  readonly auxv: Uint8Array
  readonly status: Uint8Array
  readonly stat: Uint8Array
  readonly limits: Uint8Array
  readonly commandLine: Uint8Array
  readonly environment: Uint8Array
  readonly program: Uint8Array
  readonly settings: Uint8Array
  readonly annotations: Uint8Array
  /** What the crashed thread, a worker, says besides. */
  readonly threadAnnotations: Uint8Array
  /** What JavaScript said about the death. */
  readonly death: Uint8Array
  /** What the addon said about it. */
  readonly notes: ReadonlyMap<string, string>
  readonly problems: readonly string[]
  /** False: the writer could not finish; what is there is good. */
  readonly isWhole: boolean
}

export interface CapturedProcess {
  readonly pid: number
  readonly crashedThread: number
  readonly signal: number
  readonly kind: number
  /** When it was captured, Unix nanoseconds. */
  readonly time: bigint
  /** Since the machine started, nanoseconds. */
  readonly uptime: bigint
}

export interface CapturedThread {
  readonly id: number
  readonly name: string
  /** `struct user_regs_struct` or `struct user_pt_regs`; absent for a thread that could not be stopped. */
  readonly registers?: Uint8Array
  /** FXSAVE area or `struct user_fpsimd_state`. */
  readonly floats?: Uint8Array
  readonly stack?: MemoryContents
}
