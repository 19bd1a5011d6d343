import type { KnownCpu } from '../streams/system-info.ts'

/** Name, offset in the record, size in bytes. */
export type RegisterField = readonly [name: string, offset: number, bytes: 2 | 4 | 8]

/**
 * Where a CPU's context record keeps what. One file per CPU exports one of these as `layout`; reading and writing are the same
 * for all. A new CPU is a new file and its line in `layouts.ts`.
 */
export interface ContextLayout {
  readonly cpu: KnownCpu
  /** Processor architectures of SystemInfo that use it. */
  readonly architectures: readonly number[]
  /** Bytes that must be there. More may follow (XSTATE, CET, PAC keys) and is left alone. */
  readonly size: number
  readonly flagsOffset: number
  readonly flagsBytes: 4 | 8
  /** The bit in the flags that says this CPU. */
  readonly cpuFlag: number
  /** The flags of a context with everything in it, for writing. */
  readonly fullFlags: number
  readonly registers: readonly RegisterField[]
  readonly otherRegisters: readonly RegisterField[]
  readonly instructionPointer: string
  readonly stackPointer: string
  /** A 32-bit CPU whose record has 64 bits for each register: the upper halves are cut off. */
  readonly lowHalvesOnly?: boolean
}

/** Registers of one size that follow each other. */
export function consecutive(names: readonly string[], offset: number, bytes: 4 | 8): RegisterField[] {
  return names.map((name, i) => [name, offset + i * bytes, bytes])
}

/** `numbered('x', 0, 28)`: x0 … x28 */
export function numbered(prefix: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `${prefix}${first + i}`)
}
