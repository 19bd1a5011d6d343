import { type ContextLayout, consecutive, numbered } from './context-layout.ts'

/** In the order of the record. */
export const integerNames: readonly string[] = [
  ...['pc', 'ra', 'sp', 'gp', 'tp'],
  ...numbered('t', 0, 2),
  ...numbered('s', 0, 1),
  ...numbered('a', 0, 7),
  ...numbered('s', 2, 11),
  ...numbered('t', 3, 6),
]

/** Breakpad's MDRawContextRISCV, 268 bytes. */
export const layout: ContextLayout = {
  cpu: 'riscv',
  architectures: [0x8005],
  size: 268,
  flagsOffset: 0,
  flagsBytes: 4,
  cpuFlag: 0x800000,
  fullFlags: 0x800003,
  registers: consecutive(integerNames, 8, 4),
  otherRegisters: [
    ['version', 4, 4],
    ['fcsr', 264, 4],
  ],
  instructionPointer: 'pc',
  stackPointer: 'sp',
}
