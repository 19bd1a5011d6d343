import type { AuxvEntry } from './auxv.ts'
import type { DsoDebug } from './dso-debug.ts'

/** What Breakpad's and Crashpad's writers copy from /proc and /etc, text as text. */
export interface LinuxStreams {
  /** /proc/cpuinfo */
  readonly cpuInfo?: string
  /** /proc/PID/status */
  readonly procStatus?: string
  /** /etc/lsb-release or /etc/os-release */
  readonly lsbRelease?: string
  /** Arguments, NUL between them. */
  readonly cmdLine?: string
  /** NAME=value, NUL between them. */
  readonly environ?: string
  readonly auxv?: readonly AuxvEntry[]
  /** /proc/PID/maps */
  readonly maps?: string
  readonly dsoDebug?: DsoDebug
  /** /proc/PID/limits, from Mozilla's writer */
  readonly limits?: string
}
