export interface DsoEntry {
  readonly loadAddress: bigint
  readonly name: string
  readonly dynamicAddress: bigint
}

/** The dynamic linker's own list (`r_debug`). */
export interface DsoDebug {
  readonly version: number
  readonly brk: bigint
  readonly linkerBase: bigint
  readonly dynamicAddress: bigint
  readonly entries: readonly DsoEntry[]
}
