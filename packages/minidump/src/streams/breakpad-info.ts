export interface BreakpadInfo {
  /** The thread that wrote the dump; it has no part in the crash. */
  readonly dumpThreadId?: number
  /** The thread that asked for the dump. */
  readonly requestingThreadId?: number
}
