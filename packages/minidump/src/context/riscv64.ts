import { type ContextLayout, consecutive } from './context-layout.ts'
import { integerNames } from './riscv.ts'

/** Breakpad's MDRawContextRISCV64, 524 bytes and, in most writers, four of padding. */
export const layout: ContextLayout = {
  cpu: 'riscv64',
  architectures: [0x8006],
  size: 524,
  flagsOffset: 0,
  flagsBytes: 4,
  cpuFlag: 0x8000000,
  fullFlags: 0x8000003,
  registers: consecutive(integerNames, 8, 8),
  otherRegisters: [
    ['version', 4, 4],
    ['fcsr', 520, 4],
  ],
  instructionPointer: 'pc',
  stackPointer: 'sp',
}
