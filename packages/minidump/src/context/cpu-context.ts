import type { KnownCpu } from '../streams/system-info.ts'

/** The registers of one thread. */
export interface CpuContext {
  readonly cpu: KnownCpu
  readonly flags: number
  /** General registers by the names that rust-minidump gives them, in its order. 32-bit registers are zero-extended. */
  readonly registers: ReadonlyMap<string, bigint>
  /** Everything else that is a plain number: flags, segments, debug and control registers. */
  readonly otherRegisters: ReadonlyMap<string, bigint>
  readonly instructionPointer: bigint
  readonly stackPointer: bigint
}
