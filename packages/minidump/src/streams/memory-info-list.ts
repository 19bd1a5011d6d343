/** One region of the address space. `state`, `protection` and `type` are the numbers of Windows' MEM_ and PAGE_ constants. */
export interface MemoryRegion {
  readonly baseAddress: bigint
  readonly allocationBase: bigint
  readonly allocationProtection: number
  readonly size: bigint
  readonly state: number
  readonly protection: number
  readonly type: number
}
